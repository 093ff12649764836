using System.CommandLine;
using System.Globalization;
using Crm.Benchmarks;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
var counterparties = new Option<int>("--counterparties") { Description = "How many.", DefaultValueFactory = _ => 100_000 };
var orders = new Option<int>("--orders") { Description = "How many.", DefaultValueFactory = _ => 1_000_000 };
var database = new Option<string>("--database") { Description = "A PostgreSQL connection string of an empty database; nothing for SQLite.", DefaultValueFactory = _ => "" };
var requests = new Option<int>("--requests") { Description = "Measured requests of each kind, after as many unmeasured.", DefaultValueFactory = _ => 200 };
var data = new Option<string>("--data") { Description = "A folder to fill once and to use again; nothing for a temporary one.", DefaultValueFactory = _ => "" };
var files = new Option<bool>("--files") { Description = "Writes the ERP out as CSV files and reads these by the files connector." };
var only = new Option<string>("--only") { Description = "Only operations whose name has this in it.", DefaultValueFactory = _ => "" };
var root = new RootCommand("Fills the mirror through the real engine and times what people do, over HTTP on loopback.") { counterparties, orders, database, requests, data, files, only };
root.SetAction((parsed, cancellation) => ScreenBenchmark.RunAsync(
    new ScaleHost(parsed.GetValue(counterparties), parsed.GetValue(orders), 0),
    new(parsed.GetValue(database)!, parsed.GetValue(data)!, parsed.GetValue(files), parsed.GetValue(requests), parsed.GetValue(only)!),
    cancellation));
var classification = new Command("classification", "Times filling, cutting anew and approving a classification.") { counterparties, orders, database };
classification.SetAction((parsed, cancellation) => ClassificationBenchmark.RunAsync(
    parsed.GetValue(counterparties), parsed.GetValue(orders), parsed.GetValue(database)!, cancellation));
root.Subcommands.Add(classification);
var reminders = new Command("reminders", "Times telling due reminders by plugin processes on one PostgreSQL.") { database };
var count = new Option<int>("--count") { Description = "Due reminders.", DefaultValueFactory = _ => 100_000 };
var processes = new Option<int>("--processes") { Description = "Plugin processes.", DefaultValueFactory = _ => 2 };
reminders.Options.Add(count);
reminders.Options.Add(processes);
reminders.SetAction((parsed, cancellation) => ReminderBenchmark.RunAsync(parsed.GetValue(database)!, parsed.GetValue(count), parsed.GetValue(processes), cancellation));
root.Subcommands.Add(reminders);
var worker = new Command("reminders-worker", "One of those processes.") { database, data };
worker.Hidden = true;
worker.SetAction((parsed, cancellation) => ReminderBenchmark.WorkAsync(parsed.GetValue(data)!, parsed.GetValue(database)!, cancellation));
root.Subcommands.Add(worker);
return await root.Parse(args).InvokeAsync();
