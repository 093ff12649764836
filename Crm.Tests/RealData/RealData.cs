using System.IO.Compression;
using Xunit;

namespace Crm.Tests.RealData;

/// <summary>The observed data sets beside the repository (shared/data/SOURCES.md tells their origin and their pitfalls).</summary>
internal static class RealData
{
    /// <summary>Opens a gzip file of the data folder, or skips the test with the reason.</summary>
    public static StreamReader Open(params string[] path)
    {
        var file = Path.Combine([DataFolder, .. path]);
        if (!File.Exists(file))
        {
            var reason = $"{string.Join('/', path)} is not in the data folder beside the repository (../shared/data, or CRM_TEST_DATA).";
            if (Environment.GetEnvironmentVariable("CRM_REQUIRE_SERVERS") == "1")
                Assert.Fail(reason);
            Assert.Skip(reason);
        }

        return new(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
    }

    /// <summary>Splits one line of CSV; its quotes stand around whole fields.</summary>
    public static string[] Split(string line)
    {
        var fields = new List<string>();
        var field = new System.Text.StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && isQuoted && i + 1 < line.Length && line[i + 1] == '"')
                field.Append(line[i++]);
            else if (line[i] == '"')
                isQuoted = !isQuoted;
            else if (line[i] == ',' && !isQuoted)
                Take();
            else
                field.Append(line[i]);
        }

        Take();
        return [.. fields];

        void Take()
        {
            fields.Add(field.ToString());
            field.Clear();
        }
    }

    public static string Quote(string field) => "\"" + field.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    private static string DataFolder =>
        Environment.GetEnvironmentVariable("CRM_TEST_DATA") ?? Path.Combine(Architecture.Repository.PathOf(), "..", "shared", "data");
}
