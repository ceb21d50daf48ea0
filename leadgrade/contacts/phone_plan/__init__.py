"""The world's numbering plans as one sorted table of digit intervals, compiled from the installed phonenumbers.

phonenumbers keeps each plan as regular expressions over digits and reads a number by an algorithm over strings. Here the
patterns become decision diagrams (``diagrams``, ``patterns``), the algorithm runs on diagrams instead of numbers (``plans``,
``parsing``), and what comes out is written down in the order of the digits (``intervals``). ``table`` keeps the result by the
version and the content of the library; ``lookup`` answers a column of digits with one binary search a number.
"""
