"""Tables for eyes and for awk: columns apart by spaces, no spaces within, the unit in the line above."""


def show(title, header, rows):
    """Prints a table; numbers come as text already."""
    rows = [header, *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    print(f"\n{title}")
    for first, *others in rows:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:]))]
        print("  ".join(cells).rstrip())


def ratio(dividend, divisor, digits=2):
    """A quotient as text; "-" if there is none."""
    return f"{dividend / divisor:.{digits}f}" if dividend is not None and divisor else "-"
