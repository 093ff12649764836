using System.CommandLine;
using System.Globalization;
using Crm.Plugin.Security;

namespace Crm.Plugin.Features.Classification;

/// <summary><c>crm classify</c> and <c>crm classify approve</c>.</summary>
internal static class ClassifyCommand
{
    /// <param name="open">Opens the plugin's services on a data folder (null for the default), the database brought up to date.</param>
    /// <param name="data">The command line's own <c>--data</c>; null adds one to this command.</param>
    public static Command Create(Func<DirectoryInfo?, CancellationToken, Task<IServiceProvider>> open, Option<DirectoryInfo?>? data = null)
    {
        var command = new Command("classify", "Fill a classification: importance (ABC), relationship stages and regularity (XYZ). The result is a draft until it is approved.");
        if (data is null)
        {
            data = new Option<DirectoryInfo?>("--data") { Description = "Folder of the plugin's data.", Recursive = true };
            command.Options.Add(data);
        }

        var options = new ClassifyOptions(command);
        command.SetAction((result, cancellation) => GuardedAsync(result, async () =>
        {
            var services = await open(result.GetValue(data), cancellation);
            await RunAsync(services, result, options, cancellation);
        }));
        command.Subcommands.Add(Approve(open, data));
        command.Subcommands.Add(Replay(open, data));
        command.Subcommands.Add(SegmentCommand.Create((result, cancellation) => open(result.GetValue(data), cancellation), GuardedAsync));
        return command;
    }

    private static Command Approve(Func<DirectoryInfo?, CancellationToken, Task<IServiceProvider>> open, Option<DirectoryInfo?> data)
    {
        var run = new Argument<long>("run") { Description = "Number of the draft." };
        var command = new Command("approve", "Put a draft into force: counterparties take its classes, the one before becomes history.") { run };
        command.SetAction((result, cancellation) => GuardedAsync(result, async () =>
        {
            var services = await open(result.GetValue(data), cancellation);
            var number = result.GetRequiredValue(run);
            var changed = await services.GetRequiredService<ClassificationApproval>().ApproveAsync(number, CurrentUser.System, cancellation);
            await result.InvocationConfiguration.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Run {number} is in force; {changed} counterparties changed."));
        }));
        return command;
    }

    private static Command Replay(Func<DirectoryInfo?, CancellationToken, Task<IServiceProvider>> open, Option<DirectoryInfo?> data)
    {
        var run = new Argument<long>("run") { Description = "Number of the run." };
        var json = new Option<bool>("--json") { Description = "Prints JSON." };
        var command = new Command("replay", "Compute a run again from the mirror and compare byte by byte; exit code 1 when something differs. Changes nothing.") { run, json };
        command.SetAction((result, cancellation) => GuardedAsync(result, async () =>
        {
            var services = await open(result.GetValue(data), cancellation);
            var found = await services.GetRequiredService<ClassificationReplay>().ReplayAsync(result.GetRequiredValue(run), cancellation);
            await result.InvocationConfiguration.Output.WriteLineAsync(result.GetValue(json) ? ReplayText.Json(found) : ReplayText.Of(found));
            return found.IsSame ? 0 : 1;
        }));
        return command;
    }

    private static async Task RunAsync(IServiceProvider services, ParseResult result, ClassifyOptions options, CancellationToken cancellation)
    {
        var clock = services.GetRequiredService<TimeProvider>();
        var parameters = options.Read(result, DateOnly.FromDateTime(clock.GetLocalNow().DateTime));
        var rows = result.GetValue(options.Rows);
        if (rows is { Directory.Exists: false } || Directory.Exists(rows?.FullName))
        {
            // Before the run is made, not after it.
            throw new ClassificationRefusedException(ClassificationProblem.Of("classification.rows-file", "The rows cannot be written to {0}: its folder must exist, and it must be a file.", rows!.FullName));
        }

        var outcome = await services.GetRequiredService<ClassificationService>().RunAsync(parameters, CurrentUser.System, null, cancellation);
        if (rows is not null)
        {
            await using var writer = new StreamWriter(rows.FullName, false, new System.Text.UTF8Encoding(false));
            var stream = services.GetRequiredService<ClassificationStore>().StreamAsync(outcome.RunId, new(), CurrentUser.System, cancellation);
            await ClassificationCsv.WriteAsync(writer, stream, outcome.Totals, cancellation);
        }

        var output = result.InvocationConfiguration.Output;
        foreach (var warning in outcome.Totals.Warnings)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync(warning.English);
        }

        await output.WriteLineAsync(result.GetValue(options.Json)
            ? ClassificationJson.Answer(outcome.RunId, outcome.Totals, outcome.Parameters).ToString(Newtonsoft.Json.Formatting.None)
            : Summary(outcome));
    }

    private static string Summary(ClassificationOutcome outcome)
    {
        var totals = outcome.Totals;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            Run {outcome.RunId}: {totals.Counterparties} counterparties, revenue {ClassificationJson.Exact(totals.RevenueE4)} {totals.Currency}
            Importance  A {totals.A.Count}, B {totals.B.Count}, C {totals.C.Count}, none {totals.WithoutImportance.Count}
            Stage       Potential {totals.Potential.Count}, OneTime {totals.OneTime.Count}, Regular {totals.Regular.Count}, Lost {totals.Lost.Count}
            Regularity  X {totals.X.Count}, Y {totals.Y.Count}, Z {totals.Z.Count}
            It is a draft: crm classify approve {outcome.RunId}
            """);
    }

    private static Task<int> GuardedAsync(ParseResult result, Func<Task> action) => GuardedAsync(result, async () =>
    {
        await action();
        return 0;
    });

    private static async Task<int> GuardedAsync(ParseResult result, Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (ClassificationRefusedException refused)
        {
            // A refusal is an outcome, not a crash: one line.
            await result.InvocationConfiguration.Error.WriteLineAsync(refused.Message);
            return 1;
        }
    }
}
