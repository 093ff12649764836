using Crm.Contracts;
using Crm.Plugin.Commands;

namespace Crm.Plugin.Features.Installation;

/// <summary>Whether the plugin answers where it should, or could be started there.</summary>
internal static class ServeCheck
{
    private const string Name = "serve";

    public static async Task<HostCheck> RunAsync(string url, CancellationToken cancellation)
    {
        if (Ports.Parse(url) is not (var host, var port))
        {
            return new(Name, CheckState.Failed, $"{url} is no address", "Give an address such as http://localhost:5080.");
        }

        if (Ports.Problem(host, port) is null)
        {
            return new(Name, CheckState.Warning, $"nobody answers at {url}", "Start crm serve.");
        }

        var target = new UriBuilder(url.StartsWith("https", StringComparison.OrdinalIgnoreCase) ? "https" : "http", host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : host, port, "/health/ready").Uri;
        try
        {
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
            using var answer = await client.GetAsync(target, cancellation);
            return answer.IsSuccessStatusCode
                ? new(Name, CheckState.Ok, $"ready at {url}")
                : new(Name, CheckState.Failed, $"{target} answers {(int)answer.StatusCode}", "If it is the plugin: see its log. If it is another program: stop it, or serve elsewhere with --urls.");
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return new(Name, CheckState.Failed, $"another program has the port of {url}", "Stop it, or serve elsewhere with --urls.");
        }
    }
}
