using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>Looks whether a folder can be read: the folder, then each file's header.</summary>
internal static class FilesCheck
{
    public static IReadOnlyList<HostCheck> Run(FilesOptions options, CancellationToken cancellation)
    {
        try
        {
            var count = Directory.EnumerateFiles(options.Folder).Count();
            var checks = new List<HostCheck> { new("host.reachable", CheckState.Ok, $"The folder holds {count} files.") };
            foreach (var schema in Schemas.All)
            {
                cancellation.ThrowIfCancellationRequested();
                checks.Add(Look(schema, options));
            }

            return checks;
        }
        catch (DirectoryNotFoundException)
        {
            return [Unreachable("There is no such folder.", "Create it, or correct the address (CRM_HOST_URL).")];
        }
        catch (UnauthorizedAccessException)
        {
            return [Unreachable("The folder may not be read.", "Give the account that the plugin runs under the right to read it.")];
        }
        catch (IOException e)
        {
            return [Unreachable($"The folder cannot be read ({e.GetType().Name}).", "Look whether the disk or the share is there.")];
        }
    }

    private static HostCheck Unreachable(string found, string toDo) => new("host.reachable", CheckState.Failed, found, toDo);

    private static HostCheck Look(FileSchema schema, FilesOptions options)
    {
        var name = $"host.file.{schema.Entity}";
        var isNeeded = schema == Schemas.Counterparties;
        if (DataFile.Locate(schema, options) is null)
        {
            return new(name, isNeeded ? CheckState.Failed : CheckState.Warning, $"{schema.FileName} is not there.",
                $"Export {schema.FileName} into the folder{(isNeeded ? "" : ", or do without this entity")}.");
        }

        try
        {
            using var file = DataFile.Open(schema, options);
            file.Layout.Require(schema);
            return Describe(name, file);
        }
        catch (HostException e)
        {
            return new(name, CheckState.Failed, e.Message, ToDo(e.Code));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var failure = FileFailure.From(schema, e);
            return new(name, CheckState.Failed, failure.Message, ToDo(failure.Code));
        }
    }

    private static HostCheck Describe(string name, DataFile file)
    {
        var layout = file.Layout;
        var encoding = layout.Encoding switch
        {
            FileEncoding.Utf8 => "UTF-8",
            FileEncoding.Windows1251 => "windows-1251",
            _ => "ASCII so far, UTF-8 or windows-1251 row by row",
        };
        var delimiter = (char)layout.Delimiter switch { ',' => "comma", ';' => "semicolon", _ => "tab" };
        var known = file.Schema.Columns.Except(layout.Missing).Select(c => c.Name);
        var found = $"{encoding}, {delimiter}, {file.Stamp.Length} bytes; columns {string.Join(", ", known)}"
            + (layout.Missing.Count == 0 ? "" : $"; not there: {string.Join(", ", layout.Missing.Select(c => c.Name))}")
            + (layout.Unknown.Count == 0 ? "." : $"; {layout.Unknown.Count} other columns are ignored.");
        return new(name, CheckState.Ok, found);
    }

    private static string ToDo(string code) => code switch
    {
        "files.missing-column" or "files.no-header" => "Add the columns to the export; look also at the options encoding and delimiter.",
        "files.repeated-column" => "Give each column of the export its own name.",
        "files.bad-encoding" => "Export the file as UTF-8 or windows-1251.",
        "files.no-access" => "Give the account that the plugin runs under the right to read the file.",
        _ => "Try again in a moment.",
    };
}
