using System.CommandLine;
using System.Globalization;
using Crm.Benchmarks;
using Crm.Contracts;
using Crm.Plugin.Storage;

ProcessMemory.Share(); // as the plugin's own start does
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
var classification = new Command("classification", "Times filling, cutting anew and approving a classification.") { counterparties, orders, database, data };
classification.SetAction((parsed, cancellation) => ClassificationBenchmark.RunAsync(
    parsed.GetValue(counterparties), parsed.GetValue(orders), parsed.GetValue(database)!, parsed.GetValue(data)!, cancellation));
root.Subcommands.Add(classification);
var parties = new Option<int>("--parties") { Description = "So many there must be; missing ones are made in the Tryton.", DefaultValueFactory = _ => 20_000 };
var rounds = new Option<int>("--rounds") { Description = "How often both are measured.", DefaultValueFactory = _ => 3 };
var tryton = new Command("tryton", "Times a first read of the Tryton at CRM_HOST_URL (CRM_HOST_USER, CRM_HOST_PASSWORD) against a bare loop of its requests.") { parties, rounds };
tryton.SetAction((parsed, cancellation) => TrytonBenchmark.RunAsync(
    new HostSettings
    {
        Connection = "tryton",
        Address = Environment.GetEnvironmentVariable("CRM_HOST_URL") ?? "",
        User = Environment.GetEnvironmentVariable("CRM_HOST_USER"),
        Password = Environment.GetEnvironmentVariable("CRM_HOST_PASSWORD"),
        Clock = TimeProvider.System,
    },
    parsed.GetValue(parties),
    parsed.GetValue(rounds),
    cancellation));
root.Subcommands.Add(tryton);
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
var phones = new Option<int>("--phones") { Description = "Telephone numbers.", DefaultValueFactory = _ => 1_000_000 };
var interactions = new Option<int>("--contacts") { Description = "Entries of the contact log.", DefaultValueFactory = _ => 1_000_000 };
var contacts = new Command("contacts", "Times who calls, the timeline and words in any text.") { phones, interactions, database, requests };
contacts.SetAction((parsed, cancellation) => ContactsBenchmark.RunAsync(
    parsed.GetValue(phones), parsed.GetValue(interactions), parsed.GetValue(database)!, parsed.GetValue(requests), cancellation));
root.Subcommands.Add(contacts);
return await root.Parse(args).InvokeAsync();
