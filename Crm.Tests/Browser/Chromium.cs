using Crm.Tests.Servers;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(Crm.Tests.Browser.Chromium))]

namespace Crm.Tests.Browser;

/// <summary>One real Chromium (Debian's package) for the whole run; starts at the first request. Absent, it skips the test.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";
    private static readonly string[] Flags =
        ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private readonly SemaphoreSlim gate = new(1, 1);
    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>Folder of the pictures that tests take; kept after the run.</summary>
    public static string Pictures { get; } = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "pictures")).FullName;

    /// <summary>A window of its own, with no cookies.</summary>
    public async Task<IPage> OpenAsync(string language, ColorScheme theme = ColorScheme.Light)
    {
        if (!File.Exists(Program))
        {
            RequiredServers.Absent("Chromium is not installed (Debian package chromium).");
        }

        await gate.WaitAsync();
        try
        {
            playwright ??= await Playwright.CreateAsync();
            browser ??= await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = Flags });
        }
        finally
        {
            gate.Release();
        }

        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 720 }, Locale = language, ColorScheme = theme });
        return await context.NewPageAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
        gate.Dispose();
    }
}
