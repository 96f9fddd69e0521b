"""Who may open what: the whole site in four tables. `specification` says how they are read.

The people: the `owner` of an object, the other `party` in it, an `other` member, a merchant, a cashier, a treasurer and
a colleague, an auditor, an administrator, a bank, a member who is `frozen`, one with an `unconfirmed` address, an
inactive one, one who is `waiting` for approval, and a stranger. An inactive account and one that waits cannot be used,
so they are strangers. So are a `device` of a kiosk, and one in the middle of a `visit` of the owner's: nobody is signed
in there.

A mass payment is the treasurer's, and cash is what the cashier took from the owner. Staff have proven their second
factor, or need none (STAFF_SECOND_FACTOR; tests/accounts/test_second_factor.py is about those who have not).
"""

from .who_may_in_the_shop import API as API_OF_THE_SHOP
from .who_may_in_the_shop import PAGES as OF_THE_SHOP

PAGES = (
    """
    page                          of            open to     GET                   POST
    home                          -             everybody   bank back, 200        -
    status                        -             everybody   200                   -
    verify                        -             everybody   200                   -
    conversion                    -             everybody   200 by GET alone      -
    authority                     -             everybody   200                   -         # as of ./wallet run
    livez                         -             everybody   200                   -
    readyz                        -             everybody   200                   -
    metrics                       -             everybody   404                   -         # without its token
    static                        -             everybody   200                   -
    api_docs                      -             everybody   200                   -
    openapi                       -             everybody   200                   -
    event_schema                  -             everybody   200                   -
    api/<path:rest>               -             everybody   404                   404
    api:api-root                  -             everybody   404                   404

    account_signup                -             everybody   strangers 200, back   same
    sign_up_invited               invited       everybody   strangers 200, back   same
    sign_up_waits                 -             everybody   200                   -
    claim                         -             everybody   strangers 200, back   same

    live                          -             people      200                   -
    security                      -             people      200                   -
    new_pin                       -             people      200                   200
    change_pin                    -             people      200                   200
    pin_with_code                 -             everybody   200                   200
    pin_reset                     -             people      200                   200
    pin_reset_letter              reset_letter  everybody   200                   302
    second_factor                 -             people      back                  -         # nobody lacks it here
    profile                       -             people      200                   200
    tokens                        -             people      200                   -
    new_token                     -             people      200                   200
    token_use                     token         people      owner 200             -
    revoke_token                  token         people      -                     owner 302

    payments:send                 -             members     200                   200
    payments:review               quote         members     owner 200             owner 200
    payments:requests             -             members     200                   -
    payments:new_request          -             members     200                   200
    payments:pay_request          request       members     -                     party 302
    payments:decline_request      request       members     -                     party 302
    payments:cancel_request       request       members     -                     owner 302
    payments:holds                -             members     200                   -
    payments:new_hold             -             members     200                   200
    payments:hold                 hold          members     owner party 200       -
    payments:capture_hold         hold          members     -                     party 200
    payments:release_hold         hold          members     -                     party 302
    payments:release_hold         two_step      members     -                     owner party 302
    payments:history              -             members     200                   -
    payments:statement            -             members     200                   -
    payments:top_up               -             members     200                   200
    payments:notifications        -             members     200                   302
    payments:receipt              transfer      members     owner party 200       -
    payments:receipt              declined      members     owner 200             -
    payments:receipt              cash          members     owner cashier 200     -
    payments:undo                 transfer      members     -                     owner 302, party back
    payments:refund               transfer      members     -                     party 200

    shop:my_limit                 -             members     merchant 404, 200     -   # merchants owe nothing

    shop:tills                    -             cash_desk   200                   -
    shop:till                     till          cash_desk   200                   -
    shop:till_today               till          cash_desk   200                   -
    shop:till_sell                till          cash_desk   -                     200  # a form without its key
    shop:till_back                till          cash_desk   -                     200  # likewise
    shop:undo_till_sale           till_sale     cash_desk   -                     cashier 302
    shop:undo_deposit_return      till_return   cash_desk   -                     cashier 302
    kiosk:start                   -             everybody   device visit 200, back  -
    kiosk:enrol                   -             everybody   200                   200
    kiosk:sign_in                 -             everybody   -                     device visit 200, back
    kiosk:pin                     -             everybody   -                     device visit 200, back
    kiosk:leave                   -             everybody   -                     back     # a form that names no visit
    kiosk:scan                    -             everybody   -                     device visit 200, back
    kiosk:buy                     -             everybody   -                     device visit 404, back  # and no tile
    kiosk:undo                    -             everybody   -                     device visit 200, back
    kiosk:top_up                  -             everybody   -                     visit 200, back

    treasury:own_bank             -             bank        200                   -
    treasury:before               -             members     200                   -
    treasury:lines_before         -             members     200                   -
    treasury:withdraw             -             members     200                   200
    treasury:withdrawal           withdrawal    members     owner 200             -
    treasury:cancel_withdrawal    withdrawal    members     -                     owner 302
    treasury:payout_accounts      -             members     200                   200
    treasury:remove_payout_account  account     members     -                     owner 302
    signup                        -             everybody   back                  -
    login                         -             everybody   sign-in               -
    logout                        -             everybody   back                  -
    # The JSON wallet. These POSTs are of forms, which it does not take.
    api/signup                    -             everybody   -                     415
    api/login                     -             everybody   -                     415
    api/logout                    -             everybody   -                     200
    api/wallet                    -             everybody   people 200, 401       -
    api/external_to_wallet        -             everybody   -                     strangers 401, 415
    api/wallet_to_wallet          -             everybody   -                     strangers 401, 415

    outbox:guide                  -             everybody   200                   -
    outbox:preferences            -             people      200                   200
    outbox:address_works          -             people      -                     back   # no address had refused
    outbox:stop_letters           stop          everybody   200                   200
    outbox:webhooks               -             people      200                   -
    outbox:new_webhook            -             people      200                   200
    outbox:webhook                webhook       people      owner 200             owner 200
    outbox:roll_secret            webhook       people      -                     owner 200
    outbox:test_webhook           webhook       people      -                     owner 302
    outbox:switch_off             webhook       people      -                     owner 302
    outbox:switch_on              webhook_off   people      -                     owner 302
    outbox:send_all_again         webhook       people      -                     owner back   # nothing had failed
    outbox:delete_webhook         webhook       people      -                     owner 302
    outbox:send_again             delivery      people      -                     owner back  # not compared

    staff:dashboard               -             overseers   200                   -
    staff:accounts                -             overseers   200                   -
    staff:transfers               -             overseers   200                   -
    staff:health                  -             overseers   200                   -
    staff:mass_payments           -             overseers   200                   treasury 200, 403
    staff:mass_payment            mass_payment  overseers   treasurer auditor administrator 200   treasurer 200
    staff:mass_payment_results    mass_payment  overseers   treasurer auditor administrator 200   -
    staff:cancel_mass_payment     mass_payment  treasury    -                     treasurer 302
    staff:pay_declined            mass_payment  treasury    -                     treasurer back
    staff:cash                    -             cash_desk   200                   200
    staff:cash_proposal           proposal      cash_desk   200                   302
    staff:undo_cash               cash          cash_desk   -                     cashier 302
    staff:administrators          -             administrator   200               200
    staff:merchants               -             administrator   200               200
    staff:deposits                -             overseers   200                   treasury 200, 403
    staff:deposit                 deposit       overseers   200                   treasury 200, 403
    staff:statement               statement     overseers   200                   treasurer 200, 403
    staff:imports                 -             overseers   200                   treasury 200, 403
    staff:import                  import        overseers   200                   treasury 200, 403
    staff:import_row              import_row    overseers   200                   treasury 200, 403
    staff:import_choices          import        treasury    -                     back   # a form without a choice
    staff:import_products         import        overseers   200                   treasury 200, 403
    staff:cancel_import           import        treasury    -                     302
    staff:import_cards            import        administrator   -                 back   # nobody is registered yet
    staff:undo_import             import        treasury    200                   200
    staff:import_results          import        overseers   200                   -
    staff:withdrawals             -             overseers   200                   -
    staff:withdrawal              withdrawal    overseers   200                   treasury 200, 403
    staff:new_payout_file         clearing      treasury    200                   200
    staff:payout_file             file          overseers   200                   -
    staff:download_payout_file    file          treasury    200                   -
    staff:shop_debts              -             overseers   200                   200
    staff:shop_debts_csv          -             overseers   200                   -
    staff:shop_role_limits        -             overseers   200                   treasury 200, 403
    staff:shop_limit              own_wallet    overseers   200                   treasury 200, 403
    staff:banks                   -             administrator   200               200
    staff:bank                    bank          administrator   200               200
    staff:confirm_bank            unconfirmed   treasury    200                   back  # without what was looked at
    staff:bank_token              bank          administrator   -                 200
    staff:revoke_bank_tokens      bank          administrator   -                 302
    staff:rates                   -             overseers   200                   -
    staff:rate_history            currency      overseers   200                   -
    staff:rate_row                rate          overseers   200                   -
    staff:set_rate                currency      administrator   stolen proof, 200   stolen proof, 200
    staff:confirm_rate            rate          administrator   stolen proof, 200   stolen proof, back
    staff:roles                   -             overseers   200                   -
    staff:pin_resets              -             pin_resets  200                   200
    staff:pin_reset               pin_reset     pin_resets  200                   302
    staff:kiosks                  -             overseers   200                   treasury 200, 403
    staff:revoke_kiosk            kiosk         treasury    -                     302
    staff:kiosk_cards             -             staff       200                   card_desk 200, 403
    staff:attach_card             unknown_card  card_desk   -                     back     # a form without its member
    staff:revoke_card             kiosk_card    treasury    -                     302
    staff:guests                  -             administrator   200               200
    staff:print_card              card          administrator   -                 back   # a form without its key
    staff:outbox                  -             administrator   200               -
    staff:try_mail_again          -             administrator   -                 302
    staff:try_letter_again        letter        administrator   -                 302
    staff:test_letter             -             administrator   -                 302
    staff:new_members             -             administrator   200               200
    staff:approve_member          application   administrator   -                 302
    staff:decline_member          application   administrator   -                 302
    staff:revoke_invitation       invitation    administrator   -                 302
"""
    + OF_THE_SHOP
)

# django-allauth's pages. With `stolen`, somebody has the owner's session, and has not typed the password lately.
ALLAUTH = """
    page                                  of            open to     GET                       POST
    account_login                         -             everybody   strangers 200, back       same
    account_logout                        -             everybody   strangers back, 200       back
    account_inactive                      -             everybody   200                       -
    account_reauthenticate                -             people      200                       200
    account_email                         -             people      200                       back
    account_email_verification_sent       -             everybody   200                       200
    account_confirm_email                 confirmation  everybody   200                       out
    account_change_password               -             people      200                       200
    account_set_password                  -             people      back                      back
    account_reset_password                -             everybody   200                       200
    account_reset_password_done           -             everybody   200                       -
    account_reset_password_from_key       -             everybody   200                       200
    account_reset_password_from_key_done  -             everybody   200                       -
    account_confirm_login_code            -             everybody   strangers sign-in, back   same
    mfa_index                             -             people      200                       -
    mfa_authenticate                      -             everybody   strangers sign-in, back   same
    mfa_reauthenticate                    -             people      proof                     proof
    mfa_reauthenticate_webauthn           -             people      proof                     proof
    mfa_activate_totp                     -             people      stolen proof, 200         same
    mfa_deactivate_totp                   -             people      404                       404
    mfa_view_recovery_codes               -             people      404                       -
    mfa_generate_recovery_codes           -             people      stolen proof, 200         same
    mfa_download_recovery_codes           -             people      404                       404
    mfa_list_webauthn                     -             people      200                       -
    mfa_add_webauthn                      -             people      stolen proof, 200         same
    mfa_edit_webauthn                     security_key  people      stolen proof, owner 200   same
    mfa_remove_webauthn                   security_key  people      stolen proof, owner 200   stolen proof, owner 302
    usersessions_list                     -             people      200                       back
"""

# Django's admin. Who may not open it is sent to its sign-in page, and from there to the site's, or gets a 403.
ADMIN = """
    page                               of      open to         GET                        POST
    admin:index                        -       administrator   200                        200
    admin:login                        -       everybody       strangers sign-in, administrator back, 403  same
    admin:logout                       -       everybody       administrator 405, back    administrator 200, back
    admin:password_change              -       administrator   back                       back
    admin:password_change_done         -       administrator   200                        -
    admin:autocomplete                 -       administrator   403                        -
    admin:jsi18n                       -       administrator   200                        -
    admin:view_on_site                 -       administrator   404                        404
    admin:app_list                     -       administrator   200                        200
    admin/(?P<url>.*)$                 -       administrator   404                        404
    admin:accounts_user_changelist     -       administrator   200                        200
    admin:accounts_user_add            -       administrator   403                        403
    admin:accounts_user_history        user    administrator   200                        200
    admin:accounts_user_delete         user    administrator   403                        403
    admin:accounts_user_change         user    administrator   200                        200
    admin/accounts/user/<path:object_id>/  user  administrator  back                      back
    admin:record_changelist            -       administrator   200                        200
    admin:record_add                   -       administrator   403                        403
    admin:record_history               record  administrator   200                        200
    admin:record_delete                record  administrator   403                        403
    admin:record_change                record  administrator   200                        403
    admin/record/<path:object_id>/     record  administrator   back                       back
"""

# The `record`s of this table: they can be looked at, and not changed.
RECORDS = {
    "ledger_wallet": "wallet",
    "ledger_transfer": "a_transfer",
    "ledger_auditrun": "audit_run",
    "ledger_verificationrun": "verification_run",
    "payments_paymentrequest": "a_request",
    "payments_topup": "top_up",
    "payments_quote": "a_quote",
}

API = (
    """
    operation                   method  of            scope                 may
"""
    + API_OF_THE_SHOP
    + """
    api:get_wallet              GET     -             wallet:read           members 200   # a bank has none
    api:get_balance             GET     -             wallet:read           members 200
    api:list_entries            GET     -             wallet:read           members 200
    api:get_me                  GET     -             any                   200
    api:get_person              GET     person        transfers:write|requests:write  members 200
    api:create_quote            POST    -             transfers:write       422
    api:get_quote               GET     quote         wallet:read           owner 200
    api:create_transfer         POST    quote         transfers:write       owner 201
    api:list_transfers          GET     -             wallet:read           members 200
    api:get_transfer            GET     transfer      wallet:read           owner party 200
    api:get_transfer            GET     declined      wallet:read           owner 200
    api:get_transfer            GET     cash          wallet:read           owner cashier 200
    api:reverse_transfer        POST    transfer      transfers:write       owner 201, party 409
    api:refund_transfer         POST    transfer      transfers:write       party 201, owner 409
    api:list_events             GET     -             events:read           200
    api:list_webhooks           GET     -             webhooks:write        200
    api:create_webhook          POST    -             webhooks:write        422
    api:get_webhook             GET     webhook       webhooks:write        owner 200
    api:change_webhook          POST    webhook       webhooks:write        422
    api:delete_webhook          POST    webhook       webhooks:write        owner 200
    api:switch_off_webhook      POST    webhook       webhooks:write        owner 200
    api:switch_on_webhook       POST    webhook_off   webhooks:write        owner 200
    api:roll_webhook_secret     POST    webhook       webhooks:write        owner 200
    api:test_webhook            POST    webhook       webhooks:write        owner 200
    api:list_deliveries         GET     webhook       webhooks:write        owner 200
    api:redeliver               POST    delivery      webhooks:write        owner 200
    api:list_requests           GET     -             wallet:read           200
    api:create_request          POST    -             requests:write        422
    api:get_request             GET     request       wallet:read           owner party 200
    api:pay_request             POST    request       requests:pay          party 201
    api:decline_request         POST    request       requests:write        party 200
    api:cancel_request          POST    request       requests:write        owner 200
    api:list_holds              GET     -             wallet:read           200
    api:create_hold             POST    -             holds:write           422
    api:get_hold                GET     hold          wallet:read           owner party 200
    api:capture_hold            POST    hold          holds:write           party 201
    api:release_hold            POST    hold          holds:write           party 200
    api:release_hold            POST    two_step      holds:write           owner party 200
    api:list_deposits           GET     -             deposits:write        bank 200, 403
    api:create_deposit          POST    -             deposits:write        422
    api:return_deposit          POST    deposit       deposits:write        bank 200
    api:list_payout_accounts    GET     -             wallet:read           200
    api:list_withdrawals        GET     -             wallet:read           200
    api:create_withdrawal       POST    -             withdrawals:write     422
    api:get_withdrawal          GET     withdrawal    wallet:read           owner 200
    api:cancel_withdrawal       POST    withdrawal    withdrawals:write     owner 200
    api:list_orders             GET     -             withdrawals:settle    bank 200, 403
    api:settle_order            POST    order         withdrawals:settle    bank 200
    api:return_order            POST    order         withdrawals:settle    bank 200
    api:list_mass_payments      GET     -             wallet:read           200
    api:create_mass_payment     POST    -             mass_payments:write   treasury 201, 403
    api:get_mass_payment        GET     mass_payment  wallet:read           treasurer auditor administrator 200
    api:list_mass_payment_rows  GET     mass_payment  wallet:read           treasurer auditor administrator 200
    api:cancel_mass_payment     POST    mass_payment  mass_payments:write   treasurer 200
    # The last row: the worker pays what was confirmed while the matrix goes on.
    api:confirm_mass_payment    POST    mass_payment  mass_payments:write   treasurer 200
"""
)
