using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Crm.Plugin.Commands;

/// <summary>Options that mean the same in every command.</summary>
internal static class CommonOptions
{
    private static readonly JsonSerializerOptions JsonShape = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static Option<DirectoryInfo?> Data { get; } = new("--data")
    {
        Description = "Folder of the embedded database, keys and attachments (default: CRM_DATA, else the user's data folder). CRM_DATABASE names a PostgreSQL instead of the embedded database.",
        HelpName = "DIR",
        Recursive = true,
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print facts as JSON." };

    /// <summary>Runs a command with the plugin's services.</summary>
    public static void SetAction(this Command command, Terminal terminal, Func<ParseResult, CommandContext, CancellationToken, Task<int>> run) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var context = await CommandContext.OpenAsync(CommandContext.OptionsFor(parsed.GetValue(Data), terminal, runJobs: false), terminal, cancellation);
            return await run(parsed, context, cancellation);
        });

    /// <summary>One line of JSON; names in camel case, text readable.</summary>
    public static void PrintJson<T>(this Terminal terminal, T value) => terminal.Out.WriteLine(JsonSerializer.Serialize(value, JsonShape));
}
