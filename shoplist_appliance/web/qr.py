"""QR codes, drawn as SVG."""

import io


def svg(text: str) -> str:
    """The picture of a text of at most some 2,000 bytes: dark on light whatever surrounds it, and without styles."""
    import segno  # only who sets up a second factor needs it

    drawn = io.BytesIO()
    colours = {"dark": "#000", "light": "#fff"}
    bare = {"omitsize": True, "xmldecl": False, "nl": False, "svgclass": None, "lineclass": None}
    segno.make_qr(text, error="m").save(drawn, kind="svg", **colours, **bare)
    return drawn.getvalue().decode()
