"""The words of the synthetic reports: line items, column heads, insatser, suppliers, prose.

Belongs here: Swedish wordings as they occur in municipal accounting. Does not belong here:
which of them a report uses (`compose`).
"""

LABELS: dict[str, dict[str, tuple[str, ...]]] = {
    "resultatrakning": {
        "medlemsbidrag": (
            "Medlemsbidrag",
            "Medlemsavgifter",
            "Medlemsintäkter",
            "Driftbidrag",
            "Medelstilldelning",
            "Erhållna medlemsbidrag",
            "Bidrag från medlemmar",
        ),
        "ovriga_intakter": ("Övriga intäkter", "Övriga verksamhetsintäkter", "Övriga bidrag"),
        "verksamhetens_intakter": (
            "Verksamhetens intäkter",
            "Summa intäkter",
            "Summa verksamhetens intäkter",
            "Rörelsens intäkter",
            "Intäkter",
            "Summa verksamhetsintäkter",
        ),
        "administration": (
            "Administration",
            "Kansli",
            "Administrativa kostnader",
            "Kansli och administration",
            "Administration/kansli",
        ),
        "kostnader_insatser": (
            "Kostnader insatser",
            "Insatskostnader",
            "Insatser",
            "Kostnader för insatser",
            "Insatser och projekt",
        ),
        "verksamhetens_kostnader": (
            "Verksamhetens kostnader",
            "Summa kostnader",
            "Summa verksamhetens kostnader",
            "Rörelsens kostnader",
            "Summa verksamhetskostnader",
        ),
        "avskrivningar": ("Avskrivningar", "Av- och nedskrivningar", "Planenliga avskrivningar"),
        "verksamhetens_resultat": (
            "Verksamhetens resultat",
            "Verksamhetens nettokostnad",
            "Rörelseresultat",
            "Verksamhetens nettokostnader",
        ),
        "finansiella_intakter": ("Finansiella intäkter", "Ränteintäkter"),
        "finansiella_kostnader": ("Finansiella kostnader", "Räntekostnader"),
        "finansnetto": ("Summa finansiella poster", "Finansnetto"),
        "resultat_efter_finansiella_poster": (
            "Resultat efter finansiella poster",
            "Resultat före extraordinära poster",
            "Resultat efter finansnetto",
        ),
        "extraordinara_poster": ("Extraordinära poster",),
        "periodens_resultat": (
            "Periodens resultat",
            "Årets resultat",
            "Delårets resultat",
            "Resultat",
            "Redovisat resultat",
            "Periodens redovisade resultat",
        ),
    },
    "balansrakning": {
        "materiella_anlaggningstillgangar": (
            "Materiella anläggningstillgångar",
            "Maskiner och inventarier",
            "Inventarier",
        ),
        "summa_anlaggningstillgangar": ("Summa anläggningstillgångar", "Anläggningstillgångar"),
        "kundfordringar": ("Kundfordringar",),
        "ovriga_fordringar": (
            "Övriga fordringar",
            "Övriga kortfristiga fordringar",
            "Fordran moms och skatt",
            "Skattekonto och moms",
        ),
        "forutbetalda_kostnader_och_upplupna_intakter": (
            "Förutbetalda kostnader och upplupna intäkter",
            "Interimsfordringar",
            "Förutbetalda kostnader",
            "Förutbet kostn och uppl intäkter",
        ),
        "fordringar": ("Fordringar", "Summa fordringar", "Kortfristiga fordringar"),
        "kortfristiga_placeringar": ("Kortfristiga placeringar",),
        "kassa_och_bank": ("Kassa och bank", "Likvida medel", "Kassa, bank", "Bank"),
        "summa_omsattningstillgangar": (
            "Summa omsättningstillgångar",
            "S:a omsättningstillgångar",
        ),
        "summa_tillgangar": ("Summa tillgångar", "SUMMA TILLGÅNGAR", "S:a tillgångar"),
        "ingaende_eget_kapital": (
            "Ingående eget kapital",
            "IB Eget kapital",
            "Balanserat resultat",
            "Balanserad vinst",
            "Eget kapital, ingående värde",
        ),
        "periodens_resultat": ("Periodens resultat", "Årets resultat", "Delårets resultat"),
        "summa_eget_kapital": ("Summa eget kapital", "Utgående eget kapital", "Eget kapital"),
        "avsattningar_pensioner": (
            "Avsättningar för pensioner",
            "Avsättning för pensioner",
            "Pensionsavsättning",
        ),
        "summa_avsattningar": ("Summa avsättningar", "Avsättningar"),
        "leverantorsskulder": ("Leverantörsskulder", "Skulder till leverantörer"),
        "ovriga_kortfristiga_skulder": (
            "Övriga skulder",
            "Övriga kortfristiga skulder",
            "Personalens skatter och avgifter",
        ),
        "upplupna_kostnader_och_forutbetalda_intakter": (
            "Upplupna kostnader och förutbetalda intäkter",
            "Interimsskulder",
            "Förutbetalda intäkter och upplupna kostnader",
        ),
        "summa_kortfristiga_skulder": ("Summa kortfristiga skulder", "Kortfristiga skulder"),
        "summa_skulder": ("Summa skulder",),
        "summa_eget_kapital_och_skulder": (
            "Summa eget kapital och skulder",
            "Summa eget kapital, avsättningar och skulder",
            "SUMMA EGET KAPITAL OCH SKULDER",
            "Summa skulder och eget kapital",
        ),
    },
    "kassaflode": {
        "periodens_resultat": ("Periodens resultat", "Årets resultat", "Resultat"),
        "justering_ej_likviditetspaverkande": (
            "Justering för ej likviditetspåverkande poster",
            "Justering för avskrivningar",
            "Justering för poster som ej påverkar kassaflödet",
        ),
        "medel_fore_forandring_av_rorelsekapital": (
            "Medel från verksamheten före förändring av rörelsekapital",
            "Kassaflöde före förändring av rörelsekapital",
        ),
        "forandring_kortfristiga_fordringar": (
            "Ökning/minskning kortfristiga fordringar",
            "Förändring av kortfristiga fordringar",
            "Ökning (-)/minskning (+) av kortfristiga fordringar",
        ),
        "forandring_kortfristiga_skulder": (
            "Ökning/minskning kortfristiga skulder",
            "Förändring av kortfristiga skulder",
            "Ökning (+)/minskning (-) av kortfristiga skulder",
        ),
        "kassaflode_lopande_verksamhet": (
            "Kassaflöde från den löpande verksamheten",
            "Kassaflöde för den löpande verksamheten",
            "Medel från den löpande verksamheten",
        ),
        "kassaflode_investeringsverksamhet": (
            "Kassaflöde från investeringsverksamheten",
            "Investeringsverksamheten",
        ),
        "kassaflode_finansieringsverksamhet": (
            "Kassaflöde från finansieringsverksamheten",
            "Finansieringsverksamheten",
        ),
        "periodens_kassaflode": (
            "Periodens kassaflöde",
            "Årets kassaflöde",
            "Förändring av likvida medel",
        ),
        "likvida_medel_vid_periodens_borjan": (
            "Likvida medel vid periodens början",
            "Likvida medel vid årets början",
            "Ingående likvida medel",
        ),
        "likvida_medel_vid_periodens_slut": (
            "Likvida medel vid periodens slut",
            "Likvida medel vid årets slut",
            "Utgående likvida medel",
        ),
    },
}

TITLES: dict[str, tuple[str, ...]] = {
    "resultatrakning": ("Resultaträkning", "RESULTATRÄKNING"),
    "balansrakning": ("Balansräkning", "BALANSRÄKNING"),
    "kassaflode": ("Kassaflödesanalys", "KASSAFLÖDESANALYS", "Kassaflöde"),
    "driftredovisning": (
        "Driftredovisning",
        "Budgetuppföljning per insats",
        "Ekonomisk uppföljning per insats",
        "Utfall och budget per insats",
    ),
    "oversikt": (
        "Översikt över verksamhetens utveckling",
        "Sammanfattning",
        "Väsentliga händelser",
    ),
    "deltagare": ("Deltagare", "Deltagarstatistik", "Uppföljning av deltagare"),
    "mal": ("Mål och måluppfyllelse", "God ekonomisk hushållning och måluppfyllelse"),
    "not": ("Noter", "NOTER", "Noter till resultat- och balansräkning"),
}

UNIT_WORDS: dict[str, tuple[str, ...]] = {
    "SEK": ("Belopp i kr", "Belopp i kronor", "kr", "Kronor", "SEK", "Belopp i kr."),
    "TSEK": ("Belopp i tkr", "tkr", "Tkr", "TSEK", "Belopp i tusental kronor", "Belopp i tkr."),
}

INSATS_FIRST = (
    "Coachingteam",
    "Samverkansteam",
    "Mottagningsteam",
    "Arena",
    "Steget",
    "Ungdomsspåret",
    "Gröna spåret",
    "Vägen vidare",
    "Hälsoteamet",
    "Lotsen",
    "Kompassen",
    "Språkvägen",
    "Jobbspåret",
    "Bron",
    "Växtkraft",
    "Kraftsamling",
    "Startpunkten",
    "En väg in",
    "Rehabkoordinator",
    "Studieverkstaden",
    "Nystart",
    "Framsteget",
)
INSATS_STRUCTURAL = (
    "Kompetensutveckling",
    "Insatskatalogen",
    "Processtöd",
    "Samverkanskonferens",
    "Kartläggning av behov",
    "Utbildning i motiverande samtal",
    "Implementeringsstöd",
    "Indikatorer",
    "Nätverk för chefer",
)
SUPPLIERS = (
    "Kontorsbolaget AB",
    "Revisionsbyrån Lind",
    "Nordtryck",
    "Kommunens servicecenter",
    "Försäkringskassan",
    "Teletjänst i Norr",
    "Lokalvård Syd",
    "Utbildningshuset",
    "Ekonomitjänst Öst",
    "Konferensgården",
)
NOTE_OTHER = (
    "Redovisningsprinciper",
    "Delårsrapporten är upprättad enligt lagen om kommunal bokföring och redovisning (2018:597).",
    "Samma principer som i senaste årsredovisningen har använts.",
)
FURNITURE = (
    "Sida {page}",
    "Signering av justerare på varje sida",
    "Signering:",
    "{page} ({pages})",
    "{name}",
    "Dnr {year}/{page}",
    "Sid {page}",
)
PROSE = (
    "Förbundet finansierar samordnade insatser för personer i behov av stöd till arbete.",
    "Styrelsen har hållit fyra möten under perioden och följt upp beslutade insatser.",
    "Samverkan mellan parterna har fungerat väl och nya arbetssätt har prövats.",
    "Kansliet har stöttat insatserna med metodutveckling och uppföljning.",
    "Beredningsgruppen har träffats varje månad och förberett styrelsens ärenden.",
    "Parterna har deltagit i två gemensamma utbildningsdagar under våren.",
    "Rekryteringen av en ny processledare blev klar under perioden.",
    "Enligt lag (2003:1210) om finansiell samordning ska förbundet följa upp sina insatser.",
    "Uppföljningen visar att deltagarna är nöjda med bemötandet i insatserna.",
    "Förbundet ingår i ett nätverk med andra samordningsförbund i regionen.",
    "Under hösten planeras en kartläggning av behoven hos unga som varken arbetar eller studerar.",
    "Ett nytt samverkansavtal mellan parterna tecknades i början av året.",
)
VERDICTS = (
    "Målet bedöms vara uppfyllt.",
    "Målet bedöms delvis uppfyllt.",
    "Målet bedöms inte vara uppfyllt.",
)
MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)
SHORT = (
    "jan",
    "feb",
    "mar",
    "apr",
    "maj",
    "jun",
    "jul",
    "aug",
    "sep",
    "okt",
    "nov",
    "dec",
)
AGES = ("16-24 år", "25-29 år", "30-44 år", "45-59 år", "60-64 år")
EDUCATION = (
    "Grundskola",
    "Gymnasium",
    "Högskola/Universitet",
    "Annan eftergymnasial utbildning",
    "Saknas/okänd",
)
INCOME = (
    "Försörjningsstöd",
    "Sjukpenning/Rehabpenning",
    "Aktivitetsersättning",
    "Aktivitetsstöd",
    "A-kassa",
    "Ingen offentlig försörjning",
)
EXITS = (
    "Arbete",
    "Studier",
    "Fortsatt rehabilitering",
    "Sjukdom",
    "Flytt",
    "Övrigt",
)
CHART_AGES = ("15-29", "30-44", "45-59", "60-74")
COURSES = (
    "Lösningsfokuserat arbetssätt",
    "Motiverande samtal",
    "Bemötande och samverkan",
    "Introduktion för nya handläggare",
    "Föreläsning om psykisk ohälsa",
    "Nätverksträff",
)
RESPONSIBLE = ("Kansliet", "Kansliet + Studieförbundet", "Samverkansteamet")
STAFF = ("fördelade på två personer", "på årsbasis", "köpta av en medlemskommun")
NO_FACTS = (
    "Kontakta kansliet på telefon 0{b}-{a} {b} {c} för mer information.",
    "Ärendet har diarienummer {y}/{a} och behandlades av styrelsen i våras.",
    "Bestämmelserna finns i lagen (2003:1210) om finansiell samordning, {d} §.",
    "Organisationsnummer 222000-{a}{d} används vid fakturering.",
    "Se vidare sida {d} i verksamhetsplanen för {y}.",
    "Styrelsen sammanträdde den {d} mars {y} kl. 09.00 i rum {a}.",
)
