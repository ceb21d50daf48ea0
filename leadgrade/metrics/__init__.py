"""The stage ``metrics``: where is it going wrong?"""
