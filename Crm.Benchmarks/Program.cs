using System.CommandLine;
using System.Globalization;
using Crm.Benchmarks;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
var counterparties = new Option<int>("--counterparties") { Description = "How many.", DefaultValueFactory = _ => 100_000 };
var orders = new Option<int>("--orders") { Description = "How many.", DefaultValueFactory = _ => 1_000_000 };
var database = new Option<string>("--database") { Description = "A PostgreSQL connection string of an empty database; nothing for SQLite.", DefaultValueFactory = _ => "" };
var requests = new Option<int>("--requests") { Description = "Measured requests of each kind, after as many unmeasured.", DefaultValueFactory = _ => 200 };
var root = new RootCommand("Fills the mirror through the real engine and times what people do, over HTTP on loopback.") { counterparties, orders, database, requests };
root.SetAction((parsed, cancellation) => ScreenBenchmark.RunAsync(
    new ScaleHost(parsed.GetValue(counterparties), parsed.GetValue(orders), 0), parsed.GetValue(database)!, parsed.GetValue(requests), cancellation));
return await root.Parse(args).InvokeAsync();
