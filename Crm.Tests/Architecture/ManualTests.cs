using System.Text.RegularExpressions;
using Crm.Plugin.Features.Administration;
using Xunit;

namespace Crm.Tests.Architecture;

/// <summary>What an administrator may meet stands in the manual, and what the audit log says stands there in words.</summary>
public sealed partial class ManualTests
{
    private static readonly string[] Sources =
    [
        .. ((string[])["Crm.Plugin", "Crm.Connector"]).SelectMany(project => Directory.EnumerateFiles(Repository.PathOf(project), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !f.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)),
    ];

    [Fact]
    public void ErrorCodes_EachStandInTheManual()
    {
        var manual = string.Concat(
            Directory.EnumerateFiles(Repository.PathOf("Crm.Connector", "Hosts"), "README.md", SearchOption.AllDirectories).Append(Repository.PathOf("docs", "administration.md")).Select(File.ReadAllText));

        var codes = Sources.SelectMany(f => ErrorCode().Matches(File.ReadAllText(f)).Select(m => m.Groups["code"].Value)).Where(c => !AuditActions.All.ContainsKey(c)).Distinct(StringComparer.Ordinal).ToList();

        List<string> missing = [.. codes.Where(code => !manual.Contains($"`{code}`", StringComparison.Ordinal))];
        Assert.Equal([], missing);
        Assert.True(codes.Count > 150, "The sources were not found.");
    }

    [Fact]
    public void AuditCodes_EachHaveWords()
    {
        var noted = Sources.SelectMany(f => Noted().Matches(File.ReadAllText(f)).SelectMany(m => Code().Matches(m.Value)).Select(m => m.Groups[1].Value)).Distinct(StringComparer.Ordinal).ToList();

        List<string> missing = [.. noted.Where(code => !AuditActions.All.ContainsKey(code))];
        Assert.Equal([], missing);
        Assert.True(noted.Count > 50, "The sources were not found.");
    }

    [Fact]
    public void AuditSubjects_EachHaveWords()
    {
        var kinds = Sources.SelectMany(f => NotedKind().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).Distinct(StringComparer.Ordinal).ToList();

        List<string> missing = [.. kinds.Where(kind => !AuditActions.Subjects.ContainsKey(kind))];
        Assert.Equal([], missing);
        Assert.True(kinds.Count > 12, "The sources were not found.");
    }

    /// <summary>A code that names its area, as failures of commands, hosts, mail, messages and classification do, and the API's short ones.</summary>
    [GeneratedRegex("""
        "(?<code>(?:mirror|files|tryton|demo|install|uninstall|sync|token|doctor|prospects|notice|webhook|calls|sms|classification|crm)\.(?!db"|json"|invalid")[a-z-]+[a-z])!?"|(?:MailException|ToldAsync|MarkAsync)\([^;]*?"(?<code>mail\.[a-z-]+[a-z])"|ApiProblem\.Of\([^;]*?"(?<code>[a-z]+-[a-z-]+)"
        """)]
    private static partial Regex ErrorCode();

    [GeneratedRegex("""Note\(\s*database,[^;]{0,80}?"[a-z]+\.[a-z-]+"(?: : "[a-z]+\.[a-z-]+")?|Action = "[a-z]+\.[a-z-]+"|ClassificationAudit\.Entry\([^;]*?"[a-z]+\.[a-z-]+"|\bSaveAsync\([^;]{0,60}?"[a-z]+\.[a-z-]+"(?: : "[a-z]+\.[a-z-]+")?""")]
    private static partial Regex Noted();

    [GeneratedRegex("\"([a-z]+\\.[a-z-]+)\"")]
    private static partial Regex Code();

    [GeneratedRegex("""Note\(\s*database,[^;"]*(?:"[a-z]+\.[a-z-]+"(?: : "[a-z]+\.[a-z-]+")?|action), "([a-z-]+)"[,)]""")]
    private static partial Regex NotedKind();
}
