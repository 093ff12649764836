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
        client = new HttpClient(new Jar { InnerHandler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false } }) { BaseAddress = address };

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

    /// <summary>Keeps cookies whatever their expiry says, because a test's clock may stand in another year, and follows redirects with them.</summary>
    private sealed class Jar : DelegatingHandler
    {
        private readonly Dictionary<string, string> cookies = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            for (var hops = 0; ; hops++)
            {
                if (cookies.Count > 0)
                {
                    request.Headers.Remove("Cookie");
                    request.Headers.Add("Cookie", string.Join("; ", cookies.Select(c => $"{c.Key}={c.Value}")));
                }

                var answer = await base.SendAsync(request, cancellationToken);
                foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
                {
                    var pair = cookie.Split(';')[0].Split('=', 2);
                    cookies[pair[0]] = pair[1];
                    if (pair[1].Length == 0)
                    {
                        cookies.Remove(pair[0]);
                    }
                }

                if (answer.Headers.Location is not { } location || hops == 10 || (int)answer.StatusCode is < 301 or > 303)
                {
                    return answer;
                }

                answer.Dispose();
                request = new HttpRequestMessage(HttpMethod.Get, new Uri(request.RequestUri!, location));
            }
        }
    }
}
