using System.CommandLine;
using Crm.Plugin.Security;

namespace Crm.Plugin.Features.Classification;

/// <summary><c>crm classify segment save</c> and <c>list</c>.</summary>
internal static class SegmentCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, Task<IServiceProvider>> open, Func<ParseResult, Func<Task>, Task<int>> guarded) =>
        new("segment", "Saved selections of counterparties for --segment.") { Save(open, guarded), List(open, guarded) };

    private static Command Save(Func<ParseResult, CancellationToken, Task<IServiceProvider>> open, Func<ParseResult, Func<Task>, Task<int>> guarded)
    {
        var name = new Argument<string>("name") { Description = "Name of the segment; one of this name is replaced." };
        var manager = new Option<string?>("--manager") { Description = "Sign-in name of the responsible user of the ERP." };
        var city = new Option<string?>("--city") { Description = "City." };
        var region = new Option<string?>("--region") { Description = "Region of the main address." };
        var country = new Option<string?>("--country") { Description = "Country of the main address." };
        var importance = new Option<string?>("--class") { Description = "Class in the run in force: A, B, C or none." };
        var stage = new Option<string?>("--stage") { Description = "Stage in the run in force: potential, one-time, regular, lost or none." };
        var command = new Command("save", "Save a selection; several values of one option are separated by commas.") { name, manager, city, region, country, importance, stage };
        command.SetAction((result, cancellation) => guarded(result, async () =>
        {
            var services = await open(result, cancellation);
            var today = DateOnly.FromDateTime(services.GetRequiredService<TimeProvider>().GetLocalNow().DateTime);
            var parameters = ClassificationParameters.For(RuleSet.Standard, today) with
            {
                Manager = result.GetValue(manager),
                City = result.GetValue(city),
                Segment = new(null, result.GetValue(region), result.GetValue(country), result.GetValue(importance), result.GetValue(stage)),
            };
            await services.GetRequiredService<ClassificationSegments>().SaveAsync(result.GetRequiredValue(name), parameters, CurrentUser.System, cancellation);
        }));
        return command;
    }

    private static Command List(Func<ParseResult, CancellationToken, Task<IServiceProvider>> open, Func<ParseResult, Func<Task>, Task<int>> guarded)
    {
        var command = new Command("list", "Saved selections, one a line.");
        command.SetAction((result, cancellation) => guarded(result, async () =>
        {
            var services = await open(result, cancellation);
            foreach (var segment in await services.GetRequiredService<ClassificationSegments>().ListAsync(cancellation))
            {
                var parameters = ClassificationParameters.For(RuleSet.Standard, DateOnly.MinValue) with
                {
                    Manager = segment.Manager, City = segment.City, Segment = new(null, segment.Region, segment.Country, segment.Importance, segment.Stage),
                };
                await result.InvocationConfiguration.Output.WriteLineAsync($"{segment.Name}: {SegmentText.Of(parameters)}");
            }
        }));
        return command;
    }
}
