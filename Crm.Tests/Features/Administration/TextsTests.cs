using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Crm.Contracts;
using Crm.Plugin.Features.Administration;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Tests.Architecture;
using Xunit;

namespace Crm.Tests.Features.Administration;

public sealed partial class TextsTests
{
    public static TheoryData<string> Languages { get; } = ["ru", "uk"];

    [Theory, MemberData(nameof(Languages))]
    public void EveryText_OfTheAdministration_IsTranslated(string language)
    {
        var resources = new ResourceManager(typeof(Texts)).GetResourceSet(CultureInfo.GetCultureInfo(language), createIfNotExists: true, tryParents: false)!;
        var folder = Path.Combine(Repository.Root, "Crm.Plugin", "Features", "Administration");
        var used = Directory.EnumerateFiles(folder, "*.razor").SelectMany(f => Literal().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value))
            .Concat(Enum.GetValues<MirrorEntity>().Select(EntityNames.Of))
            .Concat(Enum.GetValues<LedgerEvent>().Select(EntityNames.Of))
            .Concat(AuditActions.All.Values)
            .Concat(Enum.GetValues<HostFailure>().Select(FailureAdvice.Who))
            .Concat(Enum.GetValues<HostFailure>().Select(f => FailureAdvice.ToDo(f, null)))
            .Concat(Codes.Select(c => FailureAdvice.ToDo(HostFailure.Refused, c)))
            .Distinct(StringComparer.Ordinal).ToList();

        Assert.DoesNotContain(used, text => resources.GetString(text) is null);
        Assert.True(used.Count > 150, "The sources were not found.");
    }

    private static readonly string[] Codes =
    [
        "mirror.secret-lost", "mirror.database", "mirror.sweep-too-many-gone", "mirror.connector-bug", "files.no-access", "files.missing-file", "files.missing-column",
        "files.bad-encoding", "files.bad-option", "tryton.login-locked", "tryton.bad-cursor",
    ];

    [GeneratedRegex("T\\[\"([^\"]+)\"")]
    private static partial Regex Literal();
}
