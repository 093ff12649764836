using Crm.Contracts;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Security;

/// <summary>Lets ERP users in by their ERP's own password, asked anew at each sign-in.</summary>
/// <remarks>
/// One ERP at most is asked, so that no password reaches an ERP it was not typed for and no failure counts twice: the one that
/// the account belongs to, else the first installed one whose users include the login. A login that no mirror knows yet is asked
/// only where a single ERP is installed.
/// </remarks>
internal sealed partial class HostSignInCheck(CrmDbContext database, ConnectionStore connections, HostPool hosts, HostAdmission admission, ILogger<HostSignInCheck> logger)
    : IHostSignInCheck
{
    public async Task<(SignInOutcome Outcome, UserAccount? Account)?> CheckAsync(string login, string password, CancellationToken cancellation)
    {
        if (await ChooseAsync(login, cancellation) is not var (connection, manifest))
        {
            return null;
        }

        try
        {
            var host = await hosts.OpenAsync(connection, cancellation);
            if (host.Find<IHostSignIn>() is not { } door)
            {
                return null;
            }

            return await door.VerifyAsync(login, password, cancellation) switch
            {
                SignInVerdict.Accepted => await admission.AdmitAsync(connection, manifest, host, login, cancellation),
                SignInVerdict.Locked => (SignInOutcome.Locked, null),
                _ => (SignInOutcome.Rejected, null),
            };
        }
        catch (HostException exception)
        {
            NotAsked(logger, connection.Name, exception.Code, exception.Message);
            return (SignInOutcome.HostUnavailable, null);
        }
        catch (ManifestException exception)
        {
            NotAsked(logger, connection.Name, "install.bad-manifest", exception.Message);
            return (SignInOutcome.HostUnavailable, null);
        }
    }

    private async Task<(ConnectionRecord Connection, HostManifest Manifest)?> ChooseAsync(string login, CancellationToken cancellation)
    {
        var doors = (await connections.ListAsync(withRemoved: false, cancellation))
            .Select(c => (Connection: c, Manifest: ManifestReader.Parse(c.Manifest, $"connection {c.Name}")))
            .Where(d => d.Manifest.UsersSignInAtHost)
            .OrderBy(d => d.Connection.Id)
            .ToList();
        if (doors.Count <= 1)
        {
            return doors.Count == 1 ? doors[0] : null;
        }

        var owner = await database.Set<UserAccount>().Where(a => a.Login == login).Select(a => a.ConnectionId).FirstOrDefaultAsync(cancellation);
        var known = await database.Set<HostUserRecord>().Where(u => u.Login == login && u.GoneAt == null).Select(u => u.ConnectionId).ToListAsync(cancellation);
        return doors.Where(d => d.Connection.Id == owner).Concat(doors.Where(d => known.Contains(d.Connection.Id)))
            .Select(d => ((ConnectionRecord, HostManifest)?)d).FirstOrDefault();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in at {Connection} could not be checked: {Code} {Text}")]
    private static partial void NotAsked(ILogger logger, string connection, string code, string text);
}
