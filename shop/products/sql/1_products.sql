-- Products and prices. Staff edit them at READ COMMITTED; purchases only read them.
CALL guard_what_is_written('shop_revision', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('shop_variant', 'DELETE OR TRUNCATE');
CALL guard_what_is_written('shop_product', 'DELETE OR TRUNCATE');
CALL guard_what_is_written('shop_happyhour', 'DELETE OR TRUNCATE');
-- Whose product it is never changes, nor whose variant; a happy hour can only be ended.
CREATE OR REPLACE TRIGGER keeps_its_seller BEFORE UPDATE ON shop_product FOR EACH ROW
    WHEN (OLD.seller_id <> NEW.seller_id OR OLD.reference <> NEW.reference OR OLD.kind <> NEW.kind) EXECUTE FUNCTION guard_refuse();
ALTER TABLE shop_product ENABLE ALWAYS TRIGGER keeps_its_seller;
CREATE OR REPLACE TRIGGER keeps_its_product BEFORE UPDATE ON shop_variant FOR EACH ROW
    WHEN (OLD.product_id <> NEW.product_id OR OLD.reference <> NEW.reference) EXECUTE FUNCTION guard_refuse();
ALTER TABLE shop_variant ENABLE ALWAYS TRIGGER keeps_its_product;
CREATE OR REPLACE TRIGGER is_only_ended BEFORE UPDATE ON shop_happyhour FOR EACH ROW
    WHEN (OLD.variant_id <> NEW.variant_id OR OLD.sale_point_id IS DISTINCT FROM NEW.sale_point_id OR OLD.unit_minor <> NEW.unit_minor
          OR OLD.starts_at <> NEW.starts_at OR OLD.ends_at <> NEW.ends_at OR OLD.is_weekly <> NEW.is_weekly OR OLD.ended_at IS NOT NULL)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE shop_happyhour ENABLE ALWAYS TRIGGER is_only_ended;
REVOKE UPDATE, DELETE, TRUNCATE ON shop_revision FROM wallet_web;
REVOKE DELETE, TRUNCATE ON shop_variant, shop_product, shop_happyhour, shop_category, shop_salepoint FROM wallet_web;

-- The price in force belongs to its variant, and a product is a merchant's.
CREATE OR REPLACE FUNCTION shop_require_own_revision() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NOT EXISTS (SELECT FROM shop_revision r WHERE r.id = NEW.revision_id AND r.variant_id = NEW.id) THEN
        RAISE EXCEPTION 'a variant has a price of its own' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER has_a_price_of_its_own BEFORE INSERT OR UPDATE OF revision_id ON shop_variant FOR EACH ROW
    WHEN (NEW.revision_id IS NOT NULL) EXECUTE FUNCTION shop_require_own_revision();
ALTER TABLE shop_variant ENABLE ALWAYS TRIGGER has_a_price_of_its_own;
CREATE OR REPLACE FUNCTION shop_require_merchant() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NOT EXISTS (SELECT FROM ledger_wallet w WHERE w.id = NEW.seller_id AND w.purpose = 'merchant') THEN
        RAISE EXCEPTION 'a seller is a merchant' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER is_sold_by_a_merchant BEFORE INSERT ON shop_product FOR EACH ROW EXECUTE FUNCTION shop_require_merchant();
ALTER TABLE shop_product ENABLE ALWAYS TRIGGER is_sold_by_a_merchant;
CALL events_of_web_role('shop_require_own_revision()');
CALL events_of_web_role('shop_require_merchant()');

-- What these variants cost at a sale point at a moment (NULL: now), with the deposits that they bring. A variant that is not sold
-- there is missing. `p_zone` is the installation's time zone, by whose clock weekly happy hours repeat.
DROP FUNCTION IF EXISTS shop_prices(bigint[], bigint, timestamptz, text);
CREATE FUNCTION shop_prices(p_variants bigint[], p_sale_point bigint, p_at timestamptz, p_zone text) RETURNS TABLE (
    variant_id bigint, revision_id bigint, number int, title text, unit_minor bigint, regular_minor bigint, vat_permille int,
    deposit_id bigint, minimum_age int, seller_id bigint, strict boolean, happy_until timestamptz, reference uuid
) LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_at timestamptz := coalesce(p_at, clock_timestamp());      -- once: in a condition it would be asked for every row
BEGIN
    RETURN QUERY
    WITH wanted AS (
        SELECT unnest(p_variants) AS id
        UNION
        SELECT r.deposit_id FROM shop_variant v JOIN shop_revision r ON r.id = v.revision_id
         WHERE v.id = ANY (p_variants) AND r.deposit_id IS NOT NULL
    )
    SELECT v.id, r.id, r.number, r.title, least(r.unit_minor, h.unit_minor), r.unit_minor, r.vat_permille, r.deposit_id,
           r.minimum_age, p.seller_id, s.strict, CASE WHEN h.unit_minor < r.unit_minor THEN h.until END, v.reference
      FROM wanted w
      JOIN shop_variant v ON v.id = w.id AND v.is_shown
      JOIN shop_product p ON p.id = v.product_id AND p.is_shown
      JOIN shop_revision r ON r.id = v.revision_id
      LEFT JOIN shop_stock s ON s.variant_id = v.id
      LEFT JOIN LATERAL (
            SELECT x.unit_minor, v_at + (x.ends_at - x.starts_at) - passed.time AS until
              FROM shop_happyhour x
             CROSS JOIN LATERAL (
                    SELECT CASE WHEN x.is_weekly
                           THEN make_interval(secs => mod(extract(epoch FROM (v_at AT TIME ZONE p_zone) - (x.starts_at AT TIME ZONE p_zone)),
                                                          604800)::float)
                           ELSE v_at - x.starts_at END AS time) passed
             WHERE x.variant_id = v.id AND (x.sale_point_id IS NULL OR x.sale_point_id = p_sale_point)
               AND x.starts_at <= v_at AND (x.ended_at IS NULL OR x.ended_at > v_at)
               AND passed.time < x.ends_at - x.starts_at
             ORDER BY x.unit_minor LIMIT 1) h ON true
     WHERE p.kind = 'deposit'
        OR EXISTS (SELECT FROM shop_listing l JOIN shop_salepoint sp ON sp.id = l.sale_point_id AND sp.is_open
                    WHERE l.sale_point_id = p_sale_point AND l.product_id = p.id);
END $$;
CALL events_of_web_role('shop_prices(bigint[], bigint, timestamptz, text)');
GRANT EXECUTE ON FUNCTION shop_prices(bigint[], bigint, timestamptz, text) TO wallet_web;
