using MailKit;

namespace Crm.Plugin.Features.Mail.Servers;

/// <summary>How long a server may be silent.</summary>
internal static class MailPatience
{
    /// <summary>Between two octets, as MailKit counts.</summary>
    public const int Milliseconds = 60_000;

    /// <summary>To an answer of a server that was told good-bye.</summary>
    private const int LastMilliseconds = 5_000;

    /// <summary>Takes leave where the line still stands; whether the server hears it does not matter.</summary>
    public static async Task LeaveAsync(IMailService client)
    {
        if (client.IsConnected)
        {
            client.Timeout = LastMilliseconds;
            try
            {
                await client.DisconnectAsync(quit: true, CancellationToken.None);
            }
            catch (Exception failure) when (failure is IOException or TimeoutException or ProtocolException or CommandException)
            {
                // The work is done, and the line is closed with the client.
            }
        }
    }
}
