using System.Security.Cryptography;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace Crm.Plugin.Shell;

/// <summary>Scripts, styles and fonts of the screens; they lie in the program folder, so that any process that loads the plugin can serve them.</summary>
internal sealed class Assets
{
    private readonly string folder;
    private readonly string version;

    public Assets(CrmPluginOptions options)
    {
        folder = Path.Combine(options.ProgramFolder, "wwwroot");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var info = new FileInfo(file);
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{file}|{info.Length}|{info.LastWriteTimeUtc.Ticks}\n")));
        }

        version = Convert.ToHexStringLower(hash.GetHashAndReset())[..10];
    }

    /// <summary>Address of a file below wwwroot; changes when any file does, so a browser may keep it for ever.</summary>
    public string this[string path] => $"/_crm/{path}?v={version}";

    public StaticFileOptions Options() => new()
    {
        RequestPath = "/_crm",
        FileProvider = new PhysicalFileProvider(folder),
        OnPrepareResponse = context => context.Context.Response.Headers[HeaderNames.CacheControl] =
            context.Context.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache",
    };
}
