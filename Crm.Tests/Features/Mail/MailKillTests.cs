using System.Diagnostics;
using System.Globalization;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>
/// Two plugin processes on one PostgreSQL send many letters through a real Exim and are killed (SIGKILL) in the middle of one: no letter is
/// lost, and the only ones that come twice are those that the server had taken before the sender could know it – with the same Message-ID.
/// </summary>
public sealed class MailKillTests(PostgresServer postgres, MailServer server)
{
    private const int Letters = 300;
    private static readonly HoldPlace[] Kills = [HoldPlace.AfterLetter, HoldPlace.BeforeLetter, HoldPlace.AfterLetter, HoldPlace.BeforeLetter, HoldPlace.AfterLetter, HoldPlace.AfterLetter];

    [Fact]
    public async Task TwoProcesses_KilledInTheMiddleOfALetter_LoseNoneAndDoubleOnlyWhatCannotBeKnown()
    {
        await server.StartAsync();
        await using var app = await CrmApp.StartAsync(DatabaseKind.PostgreSql, postgres);
        await using var proxy = new HoldingProxy(server.SmtpPort);
        await app.AddAccountAsync(server);
        await using var database = app.Database();
        await database.Set<MailAccount>().ExecuteUpdateAsync(a => a.SetProperty(x => x.SmtpPort, proxy.Port));
        for (var i = 0; i < Letters; i++)
        {
            await MailQueue.AddAsync(database, new() { Key = $"{i}", Purpose = MailPurpose.Personal, ToAddress = $"kill-{i}@x.example", Subject = $"Letter {i}", Text = new string('x', 6_000) }, TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(1), CancellationToken.None);
        }

        var ids = await database.Set<MailOut>().OrderBy(m => m.Id).Select(m => m.MessageId).ToListAsync();
        var connection = database.Database.GetConnectionString()!;
        var mayDouble = new List<string>();
        List<Process> living = [Start(0), Start(0)];
        try
        {
            foreach (var place in Kills)
            {
                var held = await proxy.HoldNextAsync(place).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
                if (place == HoldPlace.AfterLetter)
                {
                    // Exim has it, and whoever sent it will never hear so: the last letter of the conversation, that is not noted as sent.
                    string? taken = null;
                    await UntilAsync(() => (taken = Accepted().Where(a => a.Port == held.ServerPort).Select(a => a.MessageId).LastOrDefault()) is not null && IsQueued(taken));
                    mayDouble.Add(taken!);
                }

                var victim = living.Single(p => Owns(p, held.SenderPort));
                victim.Kill(entireProcessTree: true);
                await victim.WaitForExitAsync();
                Assert.Equal(137, victim.ExitCode);
                living[living.IndexOf(victim)] = Start(0);
                victim.Dispose();
            }

            await Task.WhenAll(living.Select(IdleAsync));
            Assert.NotEqual(0, await database.Set<MailOut>().CountAsync(m => m.State == MailState.Queued)); // what the dead had claimed waits for their claims to run out
            await StopAsync(living);
            living = [Start(11), Start(11)];
            await Task.WhenAll(living.Select(IdleAsync));
        }
        finally
        {
            await StopAsync(living);
        }

        Assert.Equal(Letters, await database.Set<MailOut>().CountAsync(m => m.State == MailState.Sent));
        var copies = Accepted().Where(a => ids.Contains(a.MessageId)).GroupBy(a => a.MessageId).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(ids.Order(StringComparer.Ordinal), copies.Keys.Order(StringComparer.Ordinal)); // none is lost, none has another number
        Assert.Equal(4, mayDouble.Distinct().Count());
        Assert.Equal(mayDouble.Order(StringComparer.Ordinal), copies.Where(c => c.Value > 1).Select(c => c.Key).Order(StringComparer.Ordinal));
        Assert.All(mayDouble, id => Assert.Equal(2, copies[id]));
        var number = ids.IndexOf(mayDouble[0]);
        await UntilAsync(() => server.Letters($"kill-{number}").Count == 2);
        Assert.Single(server.Letters($"kill-{number}").Select(l => l[l.IndexOf("\nDate:", StringComparison.Ordinal)..]).Distinct()); // letter for letter the same

        Process Start(int minutesLate) => MailChild.Start(app.Folder, connection, server, minutesLate);
        IReadOnlyList<(int Port, string MessageId)> Accepted() => server.Accepted();
        bool IsQueued(string id) => database.Set<MailOut>().Any(m => m.MessageId == id && m.State == MailState.Queued);
    }

    private static async Task IdleAsync(Process process)
    {
        for (var idle = 0; idle < 3;)
        {
            idle = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System) == "idle" ? idle + 1 : throw new InvalidOperationException("The process has ended.");
        }
    }

    private static async Task StopAsync(IEnumerable<Process> processes)
    {
        foreach (var process in processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 300, "It did not happen within 30 seconds.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    /// <summary>Whether a process holds the end of a connection that has this port (proc(5): /proc/net/tcp names the socket, /proc/PID/fd who has it).</summary>
    private static bool Owns(Process process, int port)
    {
        var end = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        var sockets = ((string[])["/proc/net/tcp", "/proc/net/tcp6"]).SelectMany(File.ReadLines).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f.Length > 9 && f[1].EndsWith(end, StringComparison.Ordinal)).Select(f => $"socket:[{f[9]}]").ToHashSet(StringComparer.Ordinal);
        return new DirectoryInfo($"/proc/{process.Id}/fd").EnumerateFileSystemInfos().Any(f => f.LinkTarget is { } target && sockets.Contains(target));
    }
}
