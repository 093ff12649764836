using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;
using Xunit;

[assembly: AssemblyFixture(typeof(Crm.Tests.Servers.MailServer))]

namespace Crm.Tests.Servers;

/// <summary>
/// A real mail server for the whole run: Exim takes letters (STARTTLS and TLS, sign-in needed), Dovecot shows them by IMAP. Own folder, free
/// ports of 127.0.0.1, a certificate of its own. Every address exists; <c>refused@</c> is refused for ever, <c>deferred@</c> until
/// <see cref="OpenDeferred"/>. Absent, it skips the test.
/// </summary>
public sealed partial class MailServer : IAsyncDisposable
{
    /// <summary>Signs in at Exim.</summary>
    public const string User = "crm";

    /// <summary>Opens Exim and every mailbox.</summary>
    public const string Password = "secret-word";

    private const string Account = "Debian-exim";
    private readonly SemaphoreSlim gate = new(1, 1);
    private ServerProcess? exim;
    private ServerProcess? dovecot;
    private string folder = "";

    public int SmtpPort { get; private set; }

    public int SmtpsPort { get; private set; }

    public int ImapPort { get; private set; }

    public int ImapsPort { get; private set; }

    /// <summary>PEM file of the authority that signed the servers' certificate.</summary>
    public string AuthorityFile => Path.Combine(folder, "cert.pem");

    /// <summary>Starts both unless they run.</summary>
    public async Task StartAsync()
    {
        if (!File.Exists("/usr/sbin/exim4") || !File.Exists("/usr/lib/dovecot/imap") || Environment.UserName != "root")
        {
            RequiredServers.Absent("Exim and Dovecot are not installed, or this is not root (Debian packages exim4-daemon-light, dovecot-imapd).");
        }

        await gate.WaitAsync();
        try
        {
            if (exim is null)
            {
                await LaunchAsync();
            }
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Raw letters that Exim took for a local part, in no order.</summary>
    public IReadOnlyList<string> Letters(string mailbox)
    {
        // All lie in one folder: Exim makes no path out of an address that a stranger gave.
        var path = Path.Combine(folder, "mail", "all", "new");
        return Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Select(File.ReadAllText).Where(l => l.Contains($"Envelope-to: {mailbox}@", StringComparison.OrdinalIgnoreCase))] : [];
    }

    /// <summary>Every letter that Exim took the responsibility for, in order: the sender's port and the Message-ID without brackets.</summary>
    public IReadOnlyList<(int Port, string MessageId)> Accepted()
    {
        using var log = new StreamReader(new FileStream(Path.Combine(folder, "spool", "mainlog"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. log.ReadToEnd().Split('\n').Select(l => Acceptance().Match(l)).Where(m => m.Success).Select(m => (int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture), m.Groups[2].Value))];
    }

    /// <inheritdoc cref="DeliverAsync(string, byte[])"/>
    public Task DeliverAsync(string mailbox, string letter) => DeliverAsync(mailbox, Encoding.UTF8.GetBytes(letter.ReplaceLineEndings("\r\n")));

    /// <summary>Lays a letter into a mailbox as if it had come.</summary>
    public async Task DeliverAsync(string mailbox, byte[] letter)
    {
        var path = Path.Combine(folder, "mail", mailbox);
        foreach (var part in (string[])["", "new", "cur", "tmp"])
        {
            Directory.CreateDirectory(Path.Combine(path, part));
        }

        await File.WriteAllBytesAsync(Path.Combine(path, "new", $"{Guid.CreateVersion7():N}.test"), letter);
        await ServerProcess.RunAsync(["chown", "-R", $"{Account}:{Account}", path]);
    }

    /// <summary>How many letters of a mailbox nobody has read, and how many no program has even seen (IMAP: UNSEEN, RECENT).</summary>
    public async Task<(int Unseen, int Recent)> UntouchedAsync(string mailbox)
    {
        using var own = X509CertificateLoader.LoadCertificateFromFile(AuthorityFile);
        using var client = new ImapClient { ServerCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == own.Thumbprint };
        await client.ConnectAsync("127.0.0.1", ImapsPort, SecureSocketOptions.SslOnConnect);
        await client.AuthenticateAsync(mailbox, Password);
        await client.Inbox!.StatusAsync(StatusItems.Unread | StatusItems.Recent);
        return (client.Inbox.Unread, client.Inbox.Recent);
    }

    /// <summary>From now on letters to <c>deferred@</c> are taken.</summary>
    public Task OpenDeferred() => File.WriteAllTextAsync(Path.Combine(folder, "open"), "");

    public async ValueTask DisposeAsync()
    {
        if (dovecot is not null)
            await dovecot.DisposeAsync();
        if (exim is not null)
            await exim.DisposeAsync();
        gate.Dispose();
    }

    [GeneratedRegex(@" <= .*\[127\.0\.0\.1\]:(\d+) .*\bid=(\S+)")]
    private static partial Regex Acceptance();

    private async Task LaunchAsync()
    {
        folder = (await ServerProcess.RunAsync(["mktemp", "-d", Path.Combine(Path.GetTempPath(), "crm-mail-XXXXXX")])).Trim();
        (SmtpPort, SmtpsPort, ImapPort, ImapsPort) = (ServerProcess.FreePort(), ServerProcess.FreePort(), ServerProcess.FreePort(), ServerProcess.FreePort());
        foreach (var part in (string[])["spool", "mail", "run"])
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
        }

        Certify();
        await File.WriteAllTextAsync(Path.Combine(folder, "exim.conf"), EximConf());
        await File.WriteAllTextAsync(Path.Combine(folder, "dovecot.conf"), DovecotConf());
        await ServerProcess.RunAsync(["chmod", "755", folder]);
        await ServerProcess.RunAsync(["chown", "-R", $"{Account}:{Account}", $"{folder}/spool", $"{folder}/mail", $"{folder}/key.pem"]);
        // The shell that waits on Exim removes the folder, so Dovecot is stopped first.
        var smtp = ServerProcess.Start(["/usr/sbin/exim4", "-C", $"{folder}/exim.conf", "-bdf"], "TERM", folder, null);
        var imap = ServerProcess.Start(["/usr/sbin/dovecot", "-F", "-c", $"{folder}/dovecot.conf"], "TERM", null, null);
        await smtp.ReadyAsync(stop => AnswersAsync(SmtpPort, stop), TimeSpan.FromSeconds(30));
        await imap.ReadyAsync(stop => AnswersAsync(ImapPort, stop), TimeSpan.FromSeconds(30));
        (exim, dovecot) = (smtp, imap);
    }

    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellation)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, cancellation);
        return await client.GetStream().ReadAsync(new byte[1], cancellation) == 1;
    }

    private void Certify()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        File.WriteAllText(AuthorityFile, certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private const string SignsIn = "${if and{{eq{$auth2}{" + User + "}}{eq{$auth3}{" + Password + "}}}}";

    private string EximConf() => $$$"""
        primary_hostname = mail.trade.example
        spool_directory = {{{folder}}}/spool
        log_file_path = {{{folder}}}/spool/%slog
        pid_file_path = {{{folder}}}/spool/exim.pid
        log_selector = +incoming_port
        smtp_accept_queue_per_connection = 0
        daemon_smtp_ports = {{{SmtpPort}}} : {{{SmtpsPort}}}
        tls_on_connect_ports = {{{SmtpsPort}}}
        local_interfaces = 127.0.0.1
        tls_advertise_hosts = *
        tls_certificate = {{{folder}}}/cert.pem
        tls_privatekey = {{{folder}}}/key.pem
        auth_advertise_hosts = *
        acl_smtp_rcpt = rcpt
        acl_smtp_data = data
        message_size_limit = 50M
        never_users =
        keep_environment =
        rfc1413_hosts =
        begin acl
        rcpt:
          deny
            !authenticated = *
            message = sign in first
          deny
            local_parts = refused
            message = no such user
          defer
            local_parts = deferred
            condition = ${if exists{{{{folder}}}/open}{no}{yes}}
            message = later
          accept
        data:
          accept
        begin routers
        all:
          driver = accept
          transport = keep
        begin transports
        keep:
          driver = appendfile
          maildir_format
          directory = {{{folder}}}/mail/all
          create_directory
          envelope_to_add
          user = {{{Account}}}
          group = {{{Account}}}
        begin retry
        * * F,2h,1m
        begin authenticators
        plain:
          driver = plaintext
          public_name = PLAIN
          server_prompts = :
          server_condition = {{{SignsIn}}}
          server_set_id = $auth2
          server_advertise_condition = ${if def:tls_in_cipher}
        """;

    private string DovecotConf() => $$"""
        protocols = imap
        listen = 127.0.0.1
        base_dir = {{folder}}/run
        state_dir = {{folder}}/run
        log_path = {{folder}}/dovecot.log
        ssl = yes
        ssl_cert = <{{folder}}/cert.pem
        ssl_key = <{{folder}}/key.pem
        disable_plaintext_auth = yes
        mail_location = maildir:{{folder}}/mail/%n
        first_valid_uid = 1
        passdb {
          driver = static
          args = password={{Password}}
        }
        userdb {
          driver = static
          args = uid={{Account}} gid={{Account}} home={{folder}}/mail/%n
        }
        service imap-login {
          inet_listener imap {
            port = {{ImapPort}}
          }
          inet_listener imaps {
            port = {{ImapsPort}}
            ssl = yes
          }
        }
        """;
}
