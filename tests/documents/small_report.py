"""A small report of our own, sound in every sum."""

REPORT = """Samordningsförbundet i norra Örebro län (SOFINT)

Delårsrapport 1 januari - 30 juni 2025

Organisationsnummer: 222000-1818

Resultaträkning

Belopp i kr	2025-01-01 - 2025-06-30
Verksamhetens intäkter	1 850 000
Verksamhetens kostnader	-1 700 500
Verksamhetens resultat	149 500
Periodens resultat	149 500

Balansräkning

Belopp i kr	2025-06-30
Fordringar	84 812
Kassa och bank	2 563 482
Summa omsättningstillgångar	2 648 294
Summa tillgångar	2 648 294
Eget kapital	628 647
Kortfristiga skulder	2 019 647
Summa eget kapital och skulder	2 648 294
"""
