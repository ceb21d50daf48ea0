"""Countries of the demo set: cities, dialling plans and ways to write a number."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """A country: its share of the companies, Faker locale, written names, dialling plan and money."""

    code: str
    share: float
    locale: str
    names: tuple[str, ...]
    calling_code: str
    trunk: str
    areas: tuple[tuple[str, int], ...]
    """Area code of a fixed line and how many digits follow it."""
    mobiles: tuple[tuple[str, int], ...]
    """Start of a mobile number and how many digits follow it."""
    domain: str
    currency: str
    forms: tuple[str, ...]
    """Legal forms behind a company's name."""


def _areas(codes: str, digits: int) -> tuple[tuple[str, int], ...]:
    return tuple((code, digits) for code in codes.split())


_US_CODES = (
    "212 213 214 303 305 312 313 317 404 408 412 415 419 425 469 480 502 503 504 512 513 602 610 612 614 615 617 619 "
    "646 702 703 704 713 716 718 720 757 770 801 804 813 816 832 858 901 904 913 916 919 972"
)
_CA_CODES = "204 403 416 418 514 519 604 613 647 778 780 902 905"
_DE_CODES = "30 40 69 89 201 211 221 228 231 341 351 361 391 421 431 511 521 611 621 711 721 761 821 911 931 941"
_DE_MOBILE = "151 152 157 159 160 162 163 170 171 172 173 174 175 176 177 178 179"
_GB_MOBILE = "7400 7411 7500 7511 7590 7700 7710 7725 7733 7740 7788 7801 7811 7850 7877 7900 7912 7950 7966 7980"

COUNTRIES: tuple[Country, ...] = (
    Country("US", 0.40, "en_US", ("United States", "USA", "US", "United States of America", "U.S."), "1", "",
            _areas(_US_CODES, 7), _areas(_US_CODES, 7), "com", "USD", ("Inc", "LLC", "Corp.", "", "Co", "Group", "Inc.")),
    Country("GB", 0.13, "en_GB", ("United Kingdom", "UK", "GB", "England", "Great Britain"), "44", "0",
            (*_areas("161 121 113 114 115 117 118 131 141 151 191", 7), *_areas("20", 8)), _areas(_GB_MOBILE, 6), "co.uk",
            "GBP", ("Ltd", "Limited", "plc", "", "LLP")),
    Country("DE", 0.16, "de_DE", ("Germany", "Deutschland", "DE", "GERMANY"), "49", "0",
            _areas(_DE_CODES, 7), _areas(_DE_MOBILE, 7), "de", "EUR", ("GmbH", "AG", "GmbH & Co. KG", "", "e.K.", "UG")),
    Country("FR", 0.09, "fr_FR", ("France", "FR"), "33", "0", _areas("1 2 3 4 5", 8), _areas("6 7", 8), "fr", "EUR",
            ("SARL", "SA", "SAS", "")),
    Country("ES", 0.06, "es_ES", ("Spain", "España", "ES"), "34", "", _areas("91 93 95 96 98 94", 7), _areas("6", 8), "es",
            "EUR", ("S.L.", "S.A.", "SL", "")),
    Country("NL", 0.06, "nl_NL", ("Netherlands", "The Netherlands", "Nederland", "NL"), "31", "0",
            _areas("10 20 30 40 50 70", 7), _areas("6", 8), "nl", "EUR", ("B.V.", "BV", "N.V.", "")),
    Country("BR", 0.05, "pt_BR", ("Brazil", "Brasil", "BR"), "55", "0", _areas("11 21 31 41 51 61 71", 8),
            _areas("119 219 319 419 519 619 719", 8), "com.br", "BRL", ("Ltda", "S.A.", "ME", "")),
    Country("CA", 0.05, "en_CA", ("Canada", "CA", "CANADA"), "1", "", _areas(_CA_CODES, 7), _areas(_CA_CODES, 7), "ca",
            "CAD", ("Inc.", "Ltd.", "Corp", "")),
)  # fmt: skip

_US = (
    "New York/NY,Los Angeles/CA,Chicago/IL,Houston/TX,San Francisco/CA,Boston/MA,Austin/TX,Seattle/WA,Dallas/TX,Atlanta/GA,"
    "Denver/CO,San Diego/CA,Phoenix/AZ,Philadelphia/PA,San Jose/CA,Portland/OR,Minneapolis/MN,Charlotte/NC,Columbus/OH,"
    "Nashville/TN,Miami/FL,Tampa/FL,Raleigh/NC,Detroit/MI,Pittsburgh/PA,Cleveland/OH,Cincinnati/OH,Kansas City/MO,"
    "St. Louis/MO,Salt Lake City/UT,Indianapolis/IN,Milwaukee/WI,Las Vegas/NV,Richmond/VA,Orlando/FL,Springfield/IL,"
    "Springfield/MA,Columbus/GA,Portland/ME,Madison/WI,Boise/ID,Omaha/NE,Tulsa/OK,Albany/NY,Hartford/CT,Providence/RI"
)
_GB = (
    "London/England,Manchester/England,Birmingham/England,Leeds/England,Bristol/England,Edinburgh/Scotland,Glasgow/Scotland,"
    "Liverpool/England,Sheffield/England,Newcastle upon Tyne/England,Cambridge/England,Oxford/England,Reading/England,"
    "Nottingham/England,Cardiff/Wales,Belfast/Northern Ireland,Brighton/England,York/England,Bath/England,Aberdeen/Scotland"
)
_DE = (
    "Berlin/Berlin,München/Bayern,Hamburg/Hamburg,Köln/Nordrhein-Westfalen,Frankfurt am Main/Hessen,Stuttgart/Baden-Württemberg,"
    "Düsseldorf/Nordrhein-Westfalen,Leipzig/Sachsen,Dresden/Sachsen,Hannover/Niedersachsen,Nürnberg/Bayern,Bremen/Bremen,"
    "Essen/Nordrhein-Westfalen,Münster/Nordrhein-Westfalen,Karlsruhe/Baden-Württemberg,Mannheim/Baden-Württemberg,"
    "Augsburg/Bayern,Freiburg im Breisgau/Baden-Württemberg,Mainz/Rheinland-Pfalz,Kiel/Schleswig-Holstein,Erfurt/Thüringen"
)
_FR = (
    "Paris/Île-de-France,Lyon/Auvergne-Rhône-Alpes,Marseille/Provence-Alpes-Côte d'Azur,Toulouse/Occitanie,Lille/Hauts-de-France,"
    "Bordeaux/Nouvelle-Aquitaine,Nantes/Pays de la Loire,Strasbourg/Grand Est,Rennes/Bretagne,Nice/Provence-Alpes-Côte d'Azur"
)
_ES = (
    "Madrid/Madrid,Barcelona/Cataluña,Valencia/Comunidad Valenciana,Sevilla/Andalucía,Málaga/Andalucía,Bilbao/País Vasco,"
    "Zaragoza/Aragón,A Coruña/Galicia,Alicante/Comunidad Valenciana"
)
_NL = (
    "Amsterdam/Noord-Holland,Rotterdam/Zuid-Holland,Utrecht/Utrecht,Den Haag/Zuid-Holland,Eindhoven/Noord-Brabant,"
    "Groningen/Groningen,Haarlem/Noord-Holland,Breda/Noord-Brabant"
)
_BR = "São Paulo/SP,Rio de Janeiro/RJ,Belo Horizonte/MG,Curitiba/PR,Porto Alegre/RS,Brasília/DF,Salvador/BA,Florianópolis/SC"
_CA = "Toronto/ON,Montréal/QC,Vancouver/BC,Calgary/AB,Ottawa/ON,Québec/QC,Edmonton/AB,Winnipeg/MB,Halifax/NS,Waterloo/ON,Laval/QC"

CITIES: dict[str, tuple[tuple[str, str], ...]] = {
    code: tuple((pair.split("/")[0], pair.split("/")[1]) for pair in text.split(","))
    for code, text in zip(
        ("US", "GB", "DE", "FR", "ES", "NL", "BR", "CA"), (_US, _GB, _DE, _FR, _ES, _NL, _BR, _CA), strict=True
    )
}
