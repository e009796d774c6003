"""`python -m shoplist_appliance` is the command `shoplist-appliance`."""

from shoplist_appliance.cli import main

main()
