using Crm.Tests.App;
using Microsoft.Playwright;
using Xunit;

namespace Crm.Tests.Browser;

/// <summary>One person at one window: signed in, with pictures and with what the browser complained about.</summary>
internal sealed class Walk : IAsyncDisposable
{
    private readonly List<string> complaints = [];
    private readonly CrmApp app;
    private readonly string language;

    private Walk(IPage page, CrmApp app, string language)
    {
        (Page, this.app, this.language) = (page, app, language);
        // htmx hides the fields that it carries over by a style attribute, which the policy blocks; a refusal is answered with 422.
        page.Console += (_, message) => complaints.AddRange(message.Type == "error" && !message.Text.StartsWith("Applying inline style", StringComparison.Ordinal)
            && !message.Text.Contains("status of 422", StringComparison.Ordinal) ? [message.Text] : []);
        page.PageError += (_, failure) => complaints.Add(failure);
    }

    public IPage Page { get; }

    /// <summary>Signs in somebody whom the application has.</summary>
    public static async Task<Walk> StartAsync(Chromium chromium, CrmApp app, string login, string language, ColorScheme theme)
    {
        var walk = new Walk(await chromium.OpenAsync(language, theme), app, language);
        await walk.GoAsync("/");
        await walk.Page.FillAsync("#login", login);
        await walk.Page.FillAsync("#password", CrmApp.Password);
        await walk.Page.PressAsync("#password", "Enter");
        await walk.Page.WaitForURLAsync("**/my-day");
        return walk;
    }

    public Task GoAsync(string path) => Page.GotoAsync(new Uri(app.Address, path).ToString());

    /// <summary>Keeps a picture; the language stands before its name.</summary>
    public Task TakeAsync(string name) => Page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, $"{language}-{name}.png") });

    /// <summary>Nothing stood in the browser's console that a user should not meet.</summary>
    public void AssertCalm() => Assert.Empty(complaints);

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
