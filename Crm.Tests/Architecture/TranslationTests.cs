using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Crm.Tests.Architecture;

/// <summary>Every text that a screen names has a Russian and a Ukrainian translation, with the same places to fill.</summary>
public sealed partial class TranslationTests
{
    public static TheoryData<string> Folders { get; } =
        [.. Directory.EnumerateFiles(Repository.PathOf("Crm.Plugin"), "Texts.cs", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Repository.PathOf("Crm.Plugin"), Path.GetDirectoryName(f)!).Replace('\\', '/'))
            .Where(f => !f.StartsWith("bin/", StringComparison.Ordinal) && !f.StartsWith("obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Folders))]
    public void EveryNamedText_HasBothTranslations(string folder)
    {
        var missing = (string[])["ru", "uk"];
        var named = Named(folder);

        Assert.Empty(missing.SelectMany(language => named.Except(Texts(folder, language).Keys).Select(key => $"{language}: {key}")).Order(StringComparer.Ordinal));
    }

    /// <summary>A key is the English text itself, or a stable code with a dot whose English text lies in the code: then the two translations are compared.</summary>
    [Theory, MemberData(nameof(Folders))]
    public void EveryTranslation_FillsTheSamePlaces(string folder)
    {
        var (russian, ukrainian) = (Texts(folder, "ru"), Texts(folder, "uk"));

        Assert.All(russian, text => Assert.Equal(Places(IsCode().IsMatch(text.Key) ? ukrainian.GetValueOrDefault(text.Key, "") : text.Key), Places(text.Value)));
        Assert.All(ukrainian, text => Assert.Equal(Places(IsCode().IsMatch(text.Key) ? russian.GetValueOrDefault(text.Key, "") : text.Key), Places(text.Value)));
        Assert.All(russian.Concat(ukrainian), text => Assert.False(string.IsNullOrWhiteSpace(text.Value), text.Key));
    }

    [Theory, MemberData(nameof(Folders))]
    public void BothLanguages_TranslateTheSameTexts(string folder) =>
        Assert.Equal(Texts(folder, "ru").Keys.Order(StringComparer.Ordinal), Texts(folder, "uk").Keys.Order(StringComparer.Ordinal));

    /// <summary>The build keeps one of two keys that differ by case alone, and the other is shown in English.</summary>
    [Theory, MemberData(nameof(Folders))]
    public void Keys_DifferByMoreThanCase(string folder) =>
        Assert.Empty(Texts(folder, "ru").Keys.GroupBy(k => k, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key));

    /// <summary>Texts that the folder's own files look up; T is the localizer of the folder's Texts, XTexts that of feature X.</summary>
    private static HashSet<string> Named(string folder)
    {
        var own = Directory.EnumerateFiles(Repository.PathOf("Crm.Plugin", folder)).Where(f => f.EndsWith(".razor", StringComparison.Ordinal) || f.EndsWith(".cs", StringComparison.Ordinal));
        var named = own.SelectMany(f => OwnText().Matches(File.ReadAllText(f))).Select(m => Regex.Unescape(m.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("Crm.Plugin"), "*.razor", SearchOption.AllDirectories))
        {
            var source = File.ReadAllText(file);
            foreach (Match injected in OtherLocalizer().Matches(source).Where(m => m.Groups[1].Value.Replace('.', '/') == folder))
            {
                named.UnionWith(new Regex($"\\b{injected.Groups[2].Value}\\[\"((?:[^\"\\\\]|\\\\.)*)\"").Matches(source).Select(m => Regex.Unescape(m.Groups[1].Value)));
            }
        }

        return named;
    }

    private static Dictionary<string, string> Texts(string folder, string language)
    {
        var file = Repository.PathOf("Crm.Plugin", folder, $"Texts.{language}.resx");
        return File.Exists(file)
            ? XDocument.Load(file).Root!.Elements("data").ToDictionary(d => (string)d.Attribute("name")!, d => (string)d.Element("value")!)
            : [];
    }

    private static IEnumerable<string> Places(string text) => Place().Matches(text).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal);

    [GeneratedRegex("""(?<![A-Za-z0-9_])T\["((?:[^"\\]|\\.)*)"[\],]""")]
    private static partial Regex OwnText();

    [GeneratedRegex("""@inject IStringLocalizer<Crm\.Plugin\.([A-Za-z.]+)\.Texts> (\w+)""")]
    private static partial Regex OtherLocalizer();

    [GeneratedRegex(@"^[a-z-]+(\.[a-z-]+)+$")]
    private static partial Regex IsCode();

    [GeneratedRegex(@"\{\d+[^}]*\}")]
    private static partial Regex Place();
}
