"""The rows of the table of operations, one module for each noun, with the models that validate their payloads."""

from shoplist_appliance.web.ops import accounts, admin, clock, codes, leaving, lists, members, shares, tokens, totp

ROWS = (
    *accounts.ROWS,
    *codes.ROWS,
    *leaving.ROWS,
    *totp.ROWS,
    *tokens.ROWS,
    *lists.ROWS,
    *members.ROWS,
    *shares.ROWS,
    *admin.ROWS,
    *clock.ROWS,
)
