from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Refused


class AddressNotAllowed(Refused):
    code = "webhook_address_not_allowed"
    meaning = "A webhook may not lead to this address, or its name does not resolve. `detail` says why."
    field = "url"

    UNREADABLE = gettext_lazy("This is not an address as programs write it, such as https://shop.example.org/wallet.")
    NOT_HTTPS = gettext_lazy("The address must begin with https://.")
    OTHER_PORT = gettext_lazy("Only the ports 443 and 8443 are allowed.")
    NOT_PUBLIC = gettext_lazy("This address is not on the public internet.")
    NO_SUCH_NAME = gettext_lazy("The name in this address was not found.")


class TooManyEndpoints(Conflict):
    code = "too_many_webhooks"
    meaning = "You have ten webhooks already."
    message = gettext_lazy("You have ten webhooks already. Delete one that you no longer need.")


class EndpointIsOff(Conflict):
    code = "webhook_is_off"
    meaning = "The webhook is switched off, so nothing is sent to it."
    message = gettext_lazy("This webhook is switched off. Switch it on first.")


class BeingSent(Conflict):
    code = "webhook_being_sent"
    meaning = "This delivery is being sent at this moment."
    message = gettext_lazy("This is being sent at this moment.")
