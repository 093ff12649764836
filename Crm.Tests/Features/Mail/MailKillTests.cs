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
    private const int LeastLetter = 3_000; // a letter is known by its length, for what is said is encrypted
    private static readonly HoldPlace[] Kills = [HoldPlace.AfterServer, HoldPlace.BeforeServer, HoldPlace.AfterServer, HoldPlace.BeforeServer, HoldPlace.AfterServer, HoldPlace.AfterServer];

    [Fact]
    public async Task TwoProcesses_KilledInTheMiddleOfALetter_LoseNoneAndDoubleOnlyWhatCannotBeKnown()
    {
        await server.StartAsync();
        await using var app = await CrmApp.StartAsync(DatabaseKind.PostgreSql, postgres);
        await using var proxy = new HoldingProxy(server.SmtpPort, octets => octets.Length >= LeastLetter);
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
        List<TurnProcess> living = [Start(0), Start(0)];
        try
        {
            foreach (var place in Kills)
            {
                var held = await proxy.HoldNextAsync(place).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
                if (place == HoldPlace.AfterServer)
                {
                    // Exim has it, and whoever sent it will never hear so: the last letter of the conversation, that is not noted as sent.
                    string? taken = null;
                    await UntilAsync(() => (taken = Accepted().Where(a => a.Port == held.ServerPort).Select(a => a.MessageId).LastOrDefault()) is not null && IsQueued(taken));
                    mayDouble.Add(taken!);
                }

                await using var victim = living.Single(p => p.Owns(held.SenderPort));
                await victim.KillAsync();
                living[living.IndexOf(victim)] = Start(0);
            }

            await Task.WhenAll(living.Select(p => p.IdleAsync()));
            Assert.NotEqual(0, await database.Set<MailOut>().CountAsync(m => m.State == MailState.Queued)); // what the dead had claimed waits for their claims to run out
            await TurnProcess.StopAsync(living);
            living = [Start(11), Start(11)];
            await Task.WhenAll(living.Select(p => p.IdleAsync()));
        }
        finally
        {
            await TurnProcess.StopAsync(living);
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

        TurnProcess Start(int minutesLate) => TurnProcess.Start(Turn.Letters, app.Folder, connection, minutesLate, ("CRM_MAIL_CA", server.AuthorityFile));
        IReadOnlyList<(int Port, string MessageId)> Accepted() => server.Accepted();
        bool IsQueued(string id) => database.Set<MailOut>().Any(m => m.MessageId == id && m.State == MailState.Queued);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 300, "It did not happen within 30 seconds.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
