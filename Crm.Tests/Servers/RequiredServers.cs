using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Xunit;

namespace Crm.Tests.Servers;

/// <summary>What happens to a test whose server is absent: skipped with the reason on a desk, failed in CI.</summary>
internal static class RequiredServers
{
    /// <summary>Ends the running test. <c>CRM_REQUIRE_SERVERS=1</c> makes absence a failure, so that CI cannot quietly test less.</summary>
    [DoesNotReturn]
    public static void Absent(string reason)
    {
        if (Environment.GetEnvironmentVariable("CRM_REQUIRE_SERVERS") == "1")
            Assert.Fail($"CRM_REQUIRE_SERVERS=1, but {reason}");
        Assert.Skip(reason);
    }

    /// <summary>The folder with the reference data beside the repository, or a skipped test.</summary>
    public static string Data(string folder)
    {
        var root = typeof(RequiredServers).Assembly.GetCustomAttributes(typeof(AssemblyMetadataAttribute), false)
            .Cast<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        var path = Path.GetFullPath(Path.Combine(root, "..", "shared", "data", folder));
        if (!Directory.Exists(path))
            Absent($"the reference data ../shared/data/{folder} are not there.");
        return path;
    }
}
