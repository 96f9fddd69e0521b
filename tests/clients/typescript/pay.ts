// Makes a transfer with a client that has the types of the document, and finds it again by its key.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const [address, token] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${token}` } });

const me = await client.GET("/api/v1/me");
if (!me.data) throw new Error(me.error.code);

const key = "order-4711";
const sent = await client.POST("/api/v1/transfers", {
  params: { header: { "Idempotency-Key": key } },
  body: { payee: "bob", amount: "12.34", currency: me.data.user.currency, reference: "order-4711" },
});
if (!sent.data) throw new Error(sent.error.code);

const found = await client.GET("/api/v1/transfers", { params: { query: { key, with: "bob" } } });
const refused = await client.POST("/api/v1/transfers", {
  params: { header: { "Idempotency-Key": "order-4712" } },
  body: { payee: "bob", amount: "5000.00", currency: "GBP" },
});
console.log(JSON.stringify([sent.data.id, found.data?.transfers[0]?.id, sent.data.paid.amount, refused.error?.code]));
