using Crm.Contracts;

namespace Crm.Plugin.Commands;

/// <summary>One finding as one line of text.</summary>
internal static class CheckText
{
    public static string Of(HostCheck check) =>
        $"{check.State.ToString().ToLowerInvariant(),-8} {check.Name,-28} {check.Found}{(check.ToDo is { } todo ? $" – {todo}" : "")}".ReplaceLineEndings(" ");
}
