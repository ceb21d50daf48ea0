"""Words of the demo set that no name generator knows: industries, answers, channels, mail domains."""

from __future__ import annotations

INDUSTRIES: tuple[str, ...] = (
    "Computer Software|COMPUTER_SOFTWARE|SaaS|Software", "Information Technology & Services|IT Services|Information Technology",
    "Financial Services|FINANCIAL_SERVICES|Finance|Banking", "Manufacturing|Industrial|manufacturing|Maschinenbau",
    "Healthcare|Hospital & Health Care|Health Care", "Retail|RETAIL|E-Commerce",
    "Marketing & Advertising|Marketing Agency|Advertising",
    "Education|Higher Education|E-Learning", "Professional Services|Consulting|Management Consulting",
    "Logistics|Transportation",
    "Real Estate|REAL_ESTATE", "Telecommunications|Telecom", "Construction|Bau", "Hospitality|Hotels & Restaurants",
    "Non-profit|Nonprofit Organization Management", "Government|Public Sector", "Biotechnology|Pharma", "Energy|Utilities",
    "Technolgy",
)  # fmt: skip
BANDS: tuple[str, ...] = ("1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10,000+")
BAND_MIDPOINTS: tuple[int, ...] = (5, 30, 120, 350, 750, 2800, 7200, 25000)
COMPANY_NOUNS: tuple[str, ...] = (
    "Systems",
    "Logistics",
    "Partners",
    "Software",
    "Industries",
    "Consulting",
    "Media",
    "Labs",
    "Solutions",
    "Technologies",
    "Foods",
    "Energy",
    "Health",
    "Capital",
    "Networks",
    "Design",
    "Analytics",
    "Security",
    "Robotics",
    "Trading",
    "Automotive",
    "Packaging",
    "Motors",
    "Textiles",
    "Optics",
    "Marine",
    "Print",
    "Cloud",
    "Data",
    "Digital",
    "Engineering",
    "Instruments",
    "Chemicals",
    "Electric",
    "Furniture",
    "Travel",
    "Events",
    "Legal",
    "Realty",
    "Insurance",
    "Learning",
    "Biotech",
    "Pharma",
    "Dental",
    "Sports",
    "Wines",
    "Coffee",
    "Steel",
    "Plastics",
    "Tools",
    "Controls",
    "Sensors",
    "Mobility",
    "Aviation",
    "Rail",
    "Shipping",
    "Storage",
    "Supply",
    "Services",
    "Interactive",
    "Studios",
    "Ventures",
    "Brands",
    "Retail",
    "Commerce",
    "Payments",
    "Telecom",
    "Wireless",
    "Semiconductors",
    "Materials",
    "Glass",
    "Timber",
    "Paper",
    "Water",
    "Solar",
    "Wind",
    "Farms",
    "Seeds",
    "Nutrition",
    "Fitness",
    "Beauty",
    "Fashion",
    "Jewelry",
    "Toys",
    "Games",
    "Publishing",
    "Audio",
    "Film",
    "Photo",
    "Research",
    "Laboratories",
    "Diagnostics",
    "Devices",
    "Care",
    "Clinics",
    "Staffing",
    "Training",
    "Advisory",
    "Audit",
    "Tax",
    "Property",
    "Building",
    "Facilities",
    "Cleaning",
    "Catering",
    "Hotels",
    "Resorts",
    "Outdoor",
    "Bikes",
    "Parts",
    "Machines",
    "Hydraulics",
    "Pumps",
    "Valves",
    "Lighting",
    "Batteries",
    "Cables",
)
TECHNOLOGIES: tuple[str, ...] = (
    "Salesforce;Google Analytics",
    "HubSpot;WordPress",
    "Marketo;Salesforce;Snowflake",
    "AWS;Segment;HubSpot",
    "Shopify;Klaviyo",
    "SAP",
    "Microsoft Dynamics;Azure",
    "Zoho CRM",
    "Pipedrive;Mailchimp",
    "Google Workspace;Slack",
    "Oracle;Eloqua",
    "WordPress",
    "Salesforce;Pardot",
    "none",
)
TIMELINES: tuple[str, ...] = (
    "Within 3 months", "Immediately", "1-3 months", "This quarter", "3-6 months", "6-12 months", "More than 12 months",
    "Just researching",
    "No timeline", "next year",
)  # fmt: skip
BUDGETS: tuple[str, ...] = (
    "$10k-$25k", "25000", "€5.000 - €10.000", "$50,000+", "£15k", "No budget yet", "under $5,000", "R$ 100.000", "TBD", "100k",
    "$342.09K",
)  # fmt: skip
USE_CASES: tuple[str, ...] = (
    "We need to score inbound leads before they reach sales", "Deduplicate CRM records", "replace spreadsheets",
    "Lead routing across three regions; currently by hand", "Improve MQL to SQL conversion",
    "Compliance with GDPR for our mailing list",
    "Attribution and pipeline reporting for the board, urgently", "school project", "just looking",
    "Integrate with \"HubSpot\", Slack",
    "Data hygiene of 200k contacts after a merger", "n/a",
)  # fmt: skip
SOLUTIONS: tuple[str, ...] = (
    "Excel",
    "HubSpot",
    "Rivalware",
    "in-house tool",
    "OtherGrade",
    "none",
    "Salesforce Einstein",
    "Pardot scoring",
)
ROLES: tuple[str, ...] = ("DECISION_MAKER", "CHAMPION", "INFLUENCER", "END_USER", "BUDGET_HOLDER", "BLOCKER")
NOTES: tuple[str, ...] = (
    "Met at the booth.\nAsked for pricing, call back next week.", "Left voicemail", "Gatekeeper says \"not before Q2\"",
    "Imported from list; please verify", "Wants a demo for 12 users\r\nBudget approved", "Hung up",
    "Speaks German; e-mail preferred",
    "Contract with the present vendor ends soon", "asked to be called on the direct line, not the switchboard",
)  # fmt: skip
NULL_TOKENS: tuple[str, ...] = ("N/A", "-", "Select", "null", "undefined", "(unknown)", "--None--", "n/a")
CHANNELS: tuple[str, ...] = (
    "Organic Search", "Paid Search", "Direct Traffic", "Referral", "Paid Social", "Organic Social", "Email Marketing",
    "Trade Show",
    "Purchased List", "Webinar", "Partner", "Offline Sources",
)  # fmt: skip
CHANNEL_CODES: tuple[str, ...] = (
    "ORGANIC_SEARCH", "PAID_SEARCH", "DIRECT_TRAFFIC", "REFERRALS", "PAID_SOCIAL", "SOCIAL_MEDIA", "EMAIL_MARKETING", "OFFLINE",
    "OFFLINE", "OTHER_CAMPAIGNS", "REFERRALS", "OFFLINE",
)  # fmt: skip
CHANNEL_QUALITY: tuple[float, ...] = (0.60, 0.55, 0.55, 0.85, 0.35, 0.40, 0.45, 0.45, 0.10, 0.50, 0.75, 0.40)
CAMPAIGNS: tuple[tuple[str, str, str], ...] = (
    ("23850000000010001", "EU | Lead Gen | Q1", "Paid Social"), ("23850000000010002", "US_Prospecting_Lookalike",
    "Paid Social"),
    ("23850000000010003", "Retargeting - Pricing Page", "Paid Social"), ("23850000000010004", "DACH Whitepaper", "Paid Social"),
    ("700100001", "Brand Search", "Paid Search"), ("700100002", "Competitor Terms", "Paid Search"),
    ("700100003", "Generic - lead scoring software", "Paid Search"), ("700100004", "Display Remarketing", "Paid Search"),
)  # fmt: skip
REJECTIONS: tuple[str, ...] = (
    "not_icp", "no_need", "no_budget", "no_authority", "bad_timing", "unresponsive", "unresponsive", "wrong_contact",
    "bad_email",
    "bad_phone", "competitor", "student", "duplicate", "Not interested", "other",
)  # fmt: skip
LOST: tuple[str, ...] = ("Price", "No decision", "Lost to competitor", "Missing feature", "Timing", "Budget cut", "")
OWNERS: tuple[str, ...] = tuple(
    f"{name}@leadgrade-demo.example"
    for name in [
        "ana.sousa",
        "ben.ortiz",
        "carla.weiss",
        "dev.patel",
        "eva.lind",
        "finn.moran",
        "gia.rossi",
        "hugo.klein",
    ]
)
USER_AGENTS: tuple[str, ...] = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36",
)
BOT_AGENTS: tuple[str, ...] = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "python-requests/2.32.3", "curl/8.9.1",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0 Safari/537.36",
)  # fmt: skip
FREE_DOMAINS: tuple[tuple[str, ...], ...] = (
    ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "aol.com"),
    ("gmail.com", "hotmail.co.uk", "btinternet.com", "outlook.com"),
    ("gmx.de", "web.de", "gmail.com", "t-online.de", "googlemail.com"),
    ("gmail.com", "orange.fr", "free.fr", "wanadoo.fr"),
    ("gmail.com", "hotmail.com", "yahoo.es"),
    ("gmail.com", "ziggo.nl", "hotmail.com"),
    ("gmail.com", "uol.com.br", "hotmail.com", "bol.com.br"),
    ("gmail.com", "yahoo.ca", "hotmail.com"),
)
TYPO_DOMAINS: tuple[str, ...] = (
    "gmial.com",
    "gmai.com",
    "gmail.con",
    "hotmial.com",
    "yaho.com",
    "outlok.com",
    "gmail.co",
    "gnail.com",
)
DISPOSABLE: tuple[str, ...] = (
    "mailinator.com",
    "guerrillamail.com",
    "10minutemail.com",
    "yopmail.com",
    "trashmail.com",
)
ACADEMIC: tuple[str, ...] = (
    "stanford.edu",
    "mit.edu",
    "ox.ac.uk",
    "tum.de",
    "uva.nl",
    "usp.br",
    "uam.es",
    "utoronto.ca",
)
ROLE_LOCALS: tuple[str, ...] = ("info", "sales", "office", "contact", "admin", "marketing", "support", "hello")
COMPETITORS: tuple[str, ...] = ("rivalware.com", "othergrade.io")
SPAM: tuple[str, ...] = (
    "Earn $5000 weekly http://spam-offer.example/win", "CHEAP SEO www.rank-first.example",
    "Crypto bonus https://coin.example/x?id=7",
    "Hot singles http://date.example", "Buy followers bit.example/abc",
)  # fmt: skip
MASH: tuple[str, ...] = ("asdf", "asdfgh", "qwerty", "sdfsdf", "jkjkjk", "xxx", "aaa", "zxcvb", "hjkl", "fghfgh")
