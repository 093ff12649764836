using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>Turns the operating system's failures into the host's.</summary>
internal static class FileFailure
{
    private const int SharingViolation = unchecked((int)0x80070020);

    public static IEnumerable<TItem> Guard<TItem>(FileSchema schema, IEnumerable<TItem> items)
    {
        using var each = items.GetEnumerator();
        while (true)
        {
            try
            {
                if (!each.MoveNext())
                    yield break;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw From(schema, e);
            }

            yield return each.Current;
        }
    }

    public static HostException From(FileSchema schema, Exception e) => e switch
    {
        UnauthorizedAccessException => new(HostFailure.Refused, "files.no-access",
            $"{schema.FileName} may not be read by the account that the plugin runs under.", null, e),
        FileNotFoundException or DirectoryNotFoundException => new(HostFailure.Unavailable, "files.missing-file",
            $"{schema.FileName} is not in the folder at present.", null, e),
        { HResult: SharingViolation } => new(HostFailure.Unavailable, "files.locked",
            $"{schema.FileName} is locked by another program at present.", null, e),
        _ => new(HostFailure.Unavailable, "files.read-failed",
            $"{schema.FileName} could not be read ({e.GetType().Name}).", null, e),
    };
}
