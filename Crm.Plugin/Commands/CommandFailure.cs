namespace Crm.Plugin.Commands;

/// <summary>A command was refused or failed; told in one line on standard error, exit code 1.</summary>
/// <param name="code">Stable; listed in docs/administration.md with its cure.</param>
/// <param name="message">English, one line: what is wrong and what to do. No secrets.</param>
internal sealed class CommandFailure(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
