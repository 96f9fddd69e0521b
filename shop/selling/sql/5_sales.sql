-- What was sold in a period, from its first day to its last one in the zone `p_zone`. `p_sellers` are wallets; NULL: all.
-- A sale counts on the day of the order, a refund on the day of the refund: so a month that is over never changes. An order that was
-- undone counts nowhere.

-- The lines that were sold in the period (with positive numbers), and those that were given back in it.
DROP FUNCTION IF EXISTS shop_sold_lines(bigint[], date, date, text) CASCADE;
CREATE FUNCTION shop_sold_lines(p_sellers bigint[], p_first date, p_last date, p_zone text) RETURNS TABLE (
    seller_id bigint, order_id bigint, refund_id bigint, day date, title text, vat_permille int, quantity bigint, gross bigint
) LANGUAGE sql STABLE AS $$
    SELECT o.seller_wallet_id, o.id, NULL::bigint, (o.made_at AT TIME ZONE p_zone)::date, l.title, l.vat_permille,
           l.quantity::bigint, l.total_minor
      FROM shop_order o JOIN shop_line l ON l.order_id = o.id
     WHERE o.made_at >= p_first::timestamp AT TIME ZONE p_zone AND o.made_at < (p_last + 1)::timestamp AT TIME ZONE p_zone
       AND o.status <> 'undone' AND (p_sellers IS NULL OR o.seller_wallet_id = ANY (p_sellers))
    UNION ALL
    SELECT o.seller_wallet_id, o.id, r.id, (r.made_at AT TIME ZONE p_zone)::date, l.title, l.vat_permille,
           x.quantity::bigint, x.quantity * l.unit_minor
      FROM shop_refund r JOIN shop_order o ON o.id = r.order_id
      JOIN shop_refundline x ON x.refund_id = r.id JOIN shop_line l ON l.id = x.line_id
     WHERE r.made_at >= p_first::timestamp AT TIME ZONE p_zone AND r.made_at < (p_last + 1)::timestamp AT TIME ZONE p_zone
       AND (p_sellers IS NULL OR o.seller_wallet_id = ANY (p_sellers))
$$;

DROP FUNCTION IF EXISTS shop_sales_by_day(bigint[], date, date, text);
CREATE FUNCTION shop_sales_by_day(p_sellers bigint[], p_first date, p_last date, p_zone text) RETURNS TABLE (
    seller_id bigint, heading text, quantity bigint, gross bigint, refunded_quantity bigint, refunded bigint
) LANGUAGE sql STABLE AS $$
    SELECT s.seller_id, s.day::text, coalesce(sum(s.quantity) FILTER (WHERE s.refund_id IS NULL), 0)::bigint,
           coalesce(sum(s.gross) FILTER (WHERE s.refund_id IS NULL), 0)::bigint,
           coalesce(sum(s.quantity) FILTER (WHERE s.refund_id IS NOT NULL), 0)::bigint,
           coalesce(sum(s.gross) FILTER (WHERE s.refund_id IS NOT NULL), 0)::bigint
      FROM shop_sold_lines(p_sellers, p_first, p_last, p_zone) s
     GROUP BY s.seller_id, s.day
$$;

DROP FUNCTION IF EXISTS shop_sales_by_product(bigint[], date, date, text);
CREATE FUNCTION shop_sales_by_product(p_sellers bigint[], p_first date, p_last date, p_zone text) RETURNS TABLE (
    seller_id bigint, heading text, quantity bigint, gross bigint, refunded_quantity bigint, refunded bigint
) LANGUAGE sql STABLE AS $$
    SELECT s.seller_id, s.title, coalesce(sum(s.quantity) FILTER (WHERE s.refund_id IS NULL), 0)::bigint,
           coalesce(sum(s.gross) FILTER (WHERE s.refund_id IS NULL), 0)::bigint,
           coalesce(sum(s.quantity) FILTER (WHERE s.refund_id IS NOT NULL), 0)::bigint,
           coalesce(sum(s.gross) FILTER (WHERE s.refund_id IS NOT NULL), 0)::bigint
      FROM shop_sold_lines(p_sellers, p_first, p_last, p_zone) s
     GROUP BY s.seller_id, s.title
$$;

-- The VAT in an amount that includes it, rounded half up.
CREATE OR REPLACE FUNCTION shop_vat(p_gross bigint, p_permille int) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN (2 * p_gross * p_permille + 1000 + p_permille) / (2 * (1000 + p_permille));

-- The VAT of each rate: of what was sold, for each order and rate; less that of what was given back. A refund takes away as much as the
-- order's VAT falls by it, so that an order that was refunded in many parts leaves none behind.
DROP FUNCTION IF EXISTS shop_sales_by_vat(bigint[], date, date, text);
CREATE FUNCTION shop_sales_by_vat(p_sellers bigint[], p_first date, p_last date, p_zone text) RETURNS TABLE (
    seller_id bigint, vat_permille int, gross bigint, vat bigint
) LANGUAGE sql STABLE AS $$
    WITH lines AS MATERIALIZED (SELECT * FROM shop_sold_lines(p_sellers, p_first, p_last, p_zone)),
    sold AS (
        SELECT l.seller_id, l.order_id, l.vat_permille, sum(l.gross)::bigint AS gross
          FROM lines l WHERE l.refund_id IS NULL GROUP BY l.seller_id, l.order_id, l.vat_permille
    ),
    touched AS (SELECT DISTINCT l.seller_id, l.order_id FROM lines l WHERE l.refund_id IS NOT NULL),
    whole AS (      -- what these orders were of, before any refund
        SELECT t.seller_id, t.order_id, l.vat_permille, sum(l.total_minor)::bigint AS gross
          FROM touched t JOIN shop_line l ON l.order_id = t.order_id GROUP BY t.seller_id, t.order_id, l.vat_permille
    ),
    parts AS (      -- all refunds of these orders, also those of other periods, since their order counts
        SELECT t.order_id, l.vat_permille, r.id AS refund_id, sum(x.quantity * l.unit_minor)::bigint AS gross
          FROM touched t JOIN shop_refund r ON r.order_id = t.order_id
          JOIN shop_refundline x ON x.refund_id = r.id JOIN shop_line l ON l.id = x.line_id
         GROUP BY t.order_id, l.vat_permille, r.id
    ),
    falls AS (
        SELECT p.order_id, p.vat_permille, p.refund_id, p.gross,
               sum(p.gross) OVER (PARTITION BY p.order_id, p.vat_permille ORDER BY p.refund_id)::bigint AS until
          FROM parts p
    ),
    given_back AS (
        SELECT w.seller_id, w.vat_permille, f.gross,
               shop_vat(w.gross - f.until + f.gross, w.vat_permille) - shop_vat(w.gross - f.until, w.vat_permille) AS vat
          FROM falls f JOIN whole w ON w.order_id = f.order_id AND w.vat_permille = f.vat_permille
         WHERE f.refund_id IN (SELECT l.refund_id FROM lines l WHERE l.refund_id IS NOT NULL)
    )
    SELECT a.seller_id, a.vat_permille, sum(a.gross)::bigint, sum(a.vat)::bigint
      FROM (SELECT s.seller_id, s.vat_permille, s.gross, shop_vat(s.gross, s.vat_permille) AS vat FROM sold s
            UNION ALL
            SELECT g.seller_id, g.vat_permille, -g.gross, -g.vat FROM given_back g) a
     GROUP BY a.seller_id, a.vat_permille
$$;

-- Reports are read as the reader may read: no rights of the owner, and whatever plan is best for so many rows.
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOREACH f IN ARRAY ARRAY['shop_vat(bigint, int)', 'shop_sold_lines(bigint[], date, date, text)',
                             'shop_sales_by_day(bigint[], date, date, text)', 'shop_sales_by_product(bigint[], date, date, text)',
                             'shop_sales_by_vat(bigint[], date, date, text)']::regprocedure[] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO wallet_web', f);
        IF f::text LIKE 'shop_sales_by_%' THEN      -- a year's lines are read in their order, and summed in memory
            EXECUTE format('ALTER FUNCTION %s SET random_page_cost = 4', f);
            EXECUTE format('ALTER FUNCTION %s SET work_mem = ''64MB''', f);
        END IF;
    END LOOP;
END $$;
