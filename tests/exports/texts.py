"""Names that an insats might have: those that a spreadsheet would run, and those it would not."""

HOSTILE = (
    "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd", "+1+cmd|x", "\t=1+1", "  =1+1", "\u00a0=1+1", "＝1+1",
    "-2+3+cmd|' /C calc'!D2",
)  # fmt: skip
HARMLESS = (
    "-143 817", "+46", "-12,5 %", "\u2212143", "1 234\u00a0567", 'Ett "citat", komma',
    "två\nrader", "å ä ö <&> \u0007", "'redan'", "text = inte formel",
)  # fmt: skip
