using System.Text;

namespace Crm.Plugin.Commands;

/// <summary>What a command reads from and writes to.</summary>
internal sealed record Terminal
{
    /// <summary>Facts.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Failures, progress and logs.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether a person sits in front of it who can answer.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>Whether a progress bar may draw over itself.</summary>
    public bool HasProgressBar { get; init; }

    /// <summary>A variable of the environment; null when absent or empty.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Where manifests, connectors and screens lie.</summary>
    public string ProgramFolder { get; init; } = AppContext.BaseDirectory;

    /// <summary>The next typed line; null at the end.</summary>
    public Func<string?> ReadLine { get; init; } = () => null;

    /// <summary>The next typed line, which does not show on the screen.</summary>
    public Func<string?> ReadSecret { get; init; } = () => null;

    /// <summary>The process's own.</summary>
    public static Terminal OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        IsInteractive = !Console.IsInputRedirected && !Console.IsErrorRedirected,
        HasProgressBar = !Console.IsErrorRedirected,
        Variable = name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null,
        ReadLine = Console.ReadLine,
        ReadSecret = ReadSecretFromConsole,
    };

    /// <summary>Takes a new password from the environment or asks for it twice.</summary>
    /// <exception cref="CommandFailure">None was given, it is too short, or the two differ.</exception>
    public string NewPassword(string login)
    {
        var password = Variable("CRM_USER_PASSWORD") ?? AskTwice(login);
        return password.Length is >= 8 and <= 1000
            ? password
            : throw new CommandFailure("user.password-length", "A password has 8 to 1000 characters.");
    }

    private string AskTwice(string login)
    {
        if (!IsInteractive)
        {
            throw new CommandFailure("user.no-password", "No password: set CRM_USER_PASSWORD, or run the command in a terminal and type it.");
        }

        Error.Write($"Password for {login}: ");
        var first = ReadSecret() ?? "";
        Error.Write("Once more: ");
        var second = ReadSecret() ?? "";
        return first == second ? first : throw new CommandFailure("user.passwords-differ", "The two passwords differ; nothing was changed.");
    }

    private static string ReadSecretFromConsole()
    {
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
