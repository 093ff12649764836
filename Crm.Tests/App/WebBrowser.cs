using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Crm.Tests.App;

/// <summary>A browser without script: cookies, pages, forms with their antiforgery token.</summary>
public sealed class WebBrowser : IDisposable
{
    private readonly HttpClient client;
    private string token = "";

    /// <summary>Starts with no cookies.</summary>
    public WebBrowser(Uri address) =>
        client = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = true }) { BaseAddress = address };

    /// <summary>For requests that are no page.</summary>
    public HttpClient Http => client;

    /// <summary>Status of the last answer.</summary>
    public HttpStatusCode Status { get; private set; }

    /// <summary>Path and query of the last answer, redirects followed.</summary>
    public string Location { get; private set; } = "";

    /// <summary>The last answer's body as it came.</summary>
    public string Source { get; private set; } = "";

    /// <summary>Opens a page.</summary>
    public Task<IDocument> OpenAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Asks for a part of a page as htmx does.</summary>
    public Task<IDocument> PartAsync(string path) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "HX-Request", "true" } } });

    /// <summary>Sends a form with the token of the last opened page.</summary>
    public Task<IDocument> SubmitAsync(string path, Dictionary<string, string> fields) =>
        SubmitAsync(path, fields.Select(f => new KeyValuePair<string, string>(f.Key, f.Value)));

    /// <summary>Sends a form in which a name may stand more than once.</summary>
    public Task<IDocument> SubmitAsync(string path, IEnumerable<KeyValuePair<string, string>> fields) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent([.. fields, new("__RequestVerificationToken", token)]),
        });

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<IDocument> SendAsync(HttpRequestMessage request)
    {
        using var answer = await client.SendAsync(request);
        Status = answer.StatusCode;
        Location = answer.RequestMessage!.RequestUri!.PathAndQuery;
        Source = await answer.Content.ReadAsStringAsync();
        var document = await new HtmlParser().ParseDocumentAsync(Source);
        token = document.QuerySelector("input[name=__RequestVerificationToken]")?.GetAttribute("value") ?? token;
        return document;
    }
}
