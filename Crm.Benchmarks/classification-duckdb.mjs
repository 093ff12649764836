// The same table computed by DuckDB from its own native file and written into it: npm i @duckdb/node-api; node classification-duckdb.mjs [counterparties] [orders]
import { DuckDBInstance } from "@duckdb/node-api";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [counterparties, orders] = [Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 10_000_000)];
const folder = mkdtempSync(join(tmpdir(), "crm-duckdb-"));
const instance = await DuckDBInstance.create(join(folder, "orders.duckdb"));
const db = await instance.connect();
const first = "DATE '2023-01-01'";
await db.run(`CREATE TABLE counterparty AS SELECT n + 1 AS id, CAST(n AS VARCHAR) AS host_key FROM range(${counterparties}) t(n)`);
await db.run(`CREATE TABLE sales_order AS SELECT n * 7919 % ${counterparties} + 1 AS counterparty_id, ${first} + CAST(n * 1000 // ${orders} AS INTEGER) AS date, (100 + n % 977) * 10000 AS total_e4 FROM range(${orders}) t(n)`);
await db.run("CHECKPOINT");
// Value, cumulative share and class; coefficient of variation over twelve months; purchases, first and last day, mean interval; stage.
const sql = `
CREATE OR REPLACE TABLE result AS
WITH o AS (SELECT * FROM sales_order WHERE date <= DATE '2025-09-30'),
per_month AS (SELECT counterparty_id, date_trunc('month', date) AS m, sum(total_e4) AS v FROM o WHERE date >= DATE '2024-10-01' GROUP BY ALL),
cv AS (SELECT counterparty_id, sum(v) AS s, sum(v::DOUBLE * v) AS q FROM per_month GROUP BY 1),
facts AS (SELECT counterparty_id, count(*) AS ever, count(DISTINCT date) AS days, min(date) AS first_on, max(date) AS last_on,
  count(*) FILTER (date >= DATE '2024-10-01') AS in_period FROM o GROUP BY 1),
measured AS (SELECT c.id, c.host_key, coalesce(cv.s, 0) AS value, 100 * sqrt(12 * cv.q - cv.s::DOUBLE * cv.s) / cv.s AS variation, ever, days, first_on, last_on, in_period,
  greatest(180, 3 * (last_on - first_on) / nullif(days - 1, 0)) AS loss_after
  FROM counterparty c LEFT JOIN cv ON cv.counterparty_id = c.id LEFT JOIN facts f ON f.counterparty_id = c.id),
ranked AS (SELECT *, row_number() OVER (ORDER BY value DESC, host_key) AS place, sum(value) OVER (ORDER BY value RANGE UNBOUNDED PRECEDING) AS accumulated, sum(value) OVER () AS total FROM measured)
SELECT *, CASE WHEN value = 0 THEN NULL WHEN accumulated <= total * 0.05 THEN 'C' WHEN accumulated <= total * 0.20 THEN 'B' ELSE 'A' END AS importance,
  CASE WHEN ever IS NULL THEN 'Potential' WHEN DATE '2025-09-30' - last_on > loss_after THEN 'Lost' WHEN ever <= 2 THEN 'OneTime' ELSE 'Regular' END AS stage,
  CASE WHEN variation <= 25 THEN 'X' WHEN variation <= 60 THEN 'Y' ELSE 'Z' END AS regularity
FROM ranked`;
for (let i = 0; i < 3; i++) {
  const start = performance.now();
  await db.run(sql);
  await db.run("CHECKPOINT");
  console.log(`DuckDB: compute and write ${counterparties} rows from ${orders} orders: ${Math.round(performance.now() - start)} ms`);
}
console.log((await (await db.runAndReadAll("SELECT importance, count(*) FROM result GROUP BY 1 ORDER BY 1")).getRows()).map(String).join("  "));
db.closeSync();
rmSync(folder, { recursive: true });
