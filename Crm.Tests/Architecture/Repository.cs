using System.Reflection;

namespace Crm.Tests.Architecture;

/// <summary>The checked-out source tree that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!);

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    public static string BuiltAssembly(string project) =>
        Path.Combine(AppContext.BaseDirectory, project + ".dll");
}
