"""Who may open the pages of the shop, and call its operations: more rows of the tables of `who_may`."""

PAGES = """
    shop:kiosk                    -             members     200                   200
    shop:revoke_own_tag           kiosk_card    members     -                     owner 302
    shop:shop                     -             members     200                   -
    shop:product                  product       members     200                   -
    shop:buy                      -             members     -                     404       # no tile sends nothing
    shop:cart                     -             members     200                   200
    shop:add_to_cart              -             members     -                     404
    shop:change_cart              -             members     -                     302
    shop:orders                   -             members     200                   -
    shop:order                    purchase      members     owner 200             -
    shop:undo_order               purchase      members     -                     owner 302
    shop:order_of_transfer        paid_order    members     owner 302             -
    shop:picture                  picture       everybody   200                   -
    shop:selling_orders           -             sellers     200                   -
    shop:selling_order            purchase      sellers     200                   200
    shop:selling_products         -             sellers     200                   -
    shop:selling_new_product      -             sellers     200                   200
    shop:selling_product          product       sellers     200                   200
    shop:selling_variant          variant       sellers     200                   404   # no button sends nothing
    shop:selling_stock            -             sellers     200                   302
    shop:selling_variant_stock    variant       sellers     200                   200
    shop:selling_stock_take       own_count     sellers     200                   200
    shop:selling_sales            -             sellers     200                   -
    shop:selling_sales_file       -             sellers     200                   -
    staff:shop_products           -             overseers   200                   -
    staff:shop_new_product        -             overseers   treasury 200, 403     same
    staff:shop_product            product       overseers   200                   treasury 200, 403
    staff:shop_variant            variant       overseers   200                   treasury 404, 403  # as sellers
    staff:shop_stock              -             overseers   200                   treasury 302, 403
    staff:shop_variant_stock      variant       overseers   200                   treasury 200, 403
    staff:shop_stock_take         count         overseers   200                   treasury 200, 403
    staff:shop_sale_points        -             overseers   200                   treasury 200, 403
    staff:shop_sale_point         sale_point    overseers   200                   treasury 200, 403
    staff:shop_rules              -             overseers   200                   treasury 200, 403
    staff:shop_orders             -             overseers   200                   -
    staff:shop_order              purchase      overseers   200                   treasury 200, 403
    staff:shop_sales              -             overseers   200                   -
    staff:shop_sales_file         -             overseers   200                   -
"""

API = """
    api:list_catalogue          GET     -             shop:read             members 200
    api:create_purchase         POST    -             shop:buy              422
    api:list_shop_orders        GET     -             shop:read             200
    api:get_shop_order          GET     purchase      shop:read             owner 200
    api:undo_shop_order         POST    purchase      shop:buy              owner 200
    api:list_sales              GET     -             shop:sell             sellers 200, 403
    api:get_sale                GET     purchase      shop:sell             merchant 200
    api:make_sale_ready         POST    purchase      shop:sell             merchant 200
    api:collect_sale            POST    purchase      shop:sell             merchant 200
    api:refund_sale             POST    purchase      shop:sell             422
    api:get_stock               GET     variant       shop:sell             merchant 200
    api:move_stock              POST    variant       shop:sell             422
"""
