using System.Text;
using Crm.Connector.Hosts.Files;
using Crm.Contracts;

namespace Crm.Tests.Connector.Files;

/// <summary>A folder of CSV files with a clock of its own: files are as old as the test says.</summary>
internal sealed class FilesFolder : IDisposable
{
    public static readonly DateTimeOffset Now = new(2024, 6, 3, 12, 0, 0, TimeSpan.Zero);

    public string Path { get; } = Directory.CreateTempSubdirectory("crm-files-").FullName;

    public TestClock Clock { get; } = new() { Now = Now };

    public static string Sales(params string[] rows) => "key,counterparty,date,total\n" + string.Concat(rows.Select(r => r + "\n"));

    public IHost Open(params (string Key, string Value)[] options) => new FilesConnector().Open(Settings(options));

    public HostSettings Settings(params (string Key, string Value)[] options) => new()
    {
        Connection = "files",
        Address = Path,
        Clock = Clock,
        Options = options.ToDictionary(o => o.Key, o => o.Value),
    };

    public void Write(string file, string text, Encoding? encoding = null, double ageSeconds = 60) =>
        Write(file, (encoding ?? new UTF8Encoding(false)).GetBytes(text), ageSeconds);

    public void Write(string file, byte[] bytes, double ageSeconds = 60)
    {
        var path = System.IO.Path.Combine(Path, file);
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, Clock.Now.UtcDateTime.AddSeconds(-ageSeconds));
    }

    /// <summary>Lets a minute pass, so that the next written file is newer than the last.</summary>
    public void Wait() => Clock.Now += TimeSpan.FromMinutes(1);

    public void Dispose() => Directory.Delete(Path, true);

    internal sealed class TestClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
