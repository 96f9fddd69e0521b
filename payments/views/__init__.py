"""The member's pages: form, service, redirect. Every refusal is a PaymentError and is shown where it belongs."""
