using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Mail.Letters;
using Crm.Plugin.Features.Mail.Servers;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>What is told of servers that do not do what a mail server should, and of certificates that prove nothing.</summary>
public sealed class MailServerTalkTests
{
    private const string Server = "1.3.6.1.5.5.7.3.1";
    private const string Client = "1.3.6.1.5.5.7.3.2";

    [Theory]
    [InlineData(MailSecurity.None, "421 too busy", "mail.deferred-421", false)]
    [InlineData(MailSecurity.None, "554 go away", "mail.refused-554", true)]
    [InlineData(MailSecurity.None, "HTTP/1.1 400 Bad Request", "mail.unreachable", false)]
    [InlineData(MailSecurity.None, "", "mail.unreachable", false)] // hangs up
    [InlineData(MailSecurity.StartTls, "220 ready|250 mx", "mail.tls-not-offered", false)]
    [InlineData(MailSecurity.StartTls, "220 ready|250-mx\r\n250 STARTTLS|454 not now", "mail.deferred-454", false)]
    [InlineData(MailSecurity.None, "220 ready|250-mx\r\n250 AUTH PLAIN|535 no <maria@x.example>", "mail.sign-in-refused", false)]
    [InlineData(MailSecurity.None, "220 ready|250 mx", "mail.sign-in-refused", false)] // knows no users
    public async Task Smtp_ServerRefusesTheConversation_IsToldByCode(MailSecurity security, string answers, string code, bool isPermanent)
    {
        using var server = new ScriptedServer(answers);

        var failure = await Assert.ThrowsAsync<MailException>(() => SmtpSession.OpenAsync(new("127.0.0.1", server.Port, security, "crm", "secret-word"), new(), TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.Equal((code, isPermanent), (failure.Code, failure.IsPermanent));
        Assert.DoesNotContain("maria", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("220 ready|250 mx|250 ok|550 no <maria@x.example> here|250 reset", "mail.refused-550", true)]
    [InlineData("220 ready|250 mx|250 ok|250 ok|354 go on|451 later|250 reset", "mail.deferred-451", false)]
    [InlineData("220 ready|250 mx|530 sign in first|250 reset", "mail.sign-in-refused", false)]
    [InlineData("220 ready|250 mx|250 ok|250 ok|354 go on", "mail.unreachable", false)] // gone with the letter in its hands
    public async Task Smtp_ServerRefusesTheLetter_IsToldByCode(string answers, string code, bool isPermanent)
    {
        using var server = new ScriptedServer(answers);
        await using var session = await SmtpSession.OpenAsync(new("127.0.0.1", server.Port, MailSecurity.None, null, null), new(), TimeProvider.System, TestContext.Current.CancellationToken);
        using var letter = LetterWriter.Write(new() { MessageId = "1@x", Date = DateTimeOffset.UnixEpoch, FromAddress = "a@x.example", ToAddress = "maria@x.example", Subject = "s", Text = "t" });

        var failure = await Assert.ThrowsAsync<MailException>(() => session.SendAsync(LetterWriter.Mailbox(null, "a@x.example"), LetterWriter.Mailbox(null, "maria@x.example"), letter, TestContext.Current.CancellationToken));

        Assert.Equal((code, isPermanent), (failure.Code, failure.IsPermanent));
        Assert.DoesNotContain("maria", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Smtp_AddressOfOtherLetters_NeedsAServerThatTakesIt()
    {
        using var server = new ScriptedServer("220 ready|250 mx|250 ok|250 ok|354 go on|250 taken");
        await using var session = await SmtpSession.OpenAsync(new("127.0.0.1", server.Port, MailSecurity.None, null, null), new(), TimeProvider.System, TestContext.Current.CancellationToken);
        var from = LetterWriter.Mailbox(null, "a@x.example");
        using var letter = LetterWriter.Write(new() { MessageId = "1@x", Date = DateTimeOffset.UnixEpoch, FromAddress = "a@x.example", ToAddress = "maria@пример.рф", Subject = "s", Text = "t" });

        Assert.Equal("mail.address-not-supported", (await Assert.ThrowsAsync<MailException>(() => session.SendAsync(from, LetterWriter.Mailbox(null, "мария@пример.рф"), letter, TestContext.Current.CancellationToken))).Code);
        await session.SendAsync(from, LetterWriter.Mailbox(null, "maria@пример.рф"), letter, TestContext.Current.CancellationToken);
        Assert.Contains("RCPT TO:<maria@xn--e1afmkfd.xn--p1ai>", server.Heard, StringComparison.Ordinal);
        Assert.Contains("maria@xn--e1afmkfd.xn--p1ai", server.Heard[server.Heard.IndexOf("DATA", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyServer_PasswordOverAnOpenLine_IsNotSent()
    {
        var server = new MailHost("192.0.2.1", 25, MailSecurity.None, "crm", "secret-word");

        Assert.Equal("mail.sign-in-unprotected", (await Assert.ThrowsAsync<MailException>(() => SmtpSession.OpenAsync(server, new(), TimeProvider.System, TestContext.Current.CancellationToken))).Code);
        Assert.Equal("mail.sign-in-unprotected", (await Assert.ThrowsAsync<MailException>(() => ImapSession.OpenAsync(server, new(), TimeProvider.System, TestContext.Current.CancellationToken))).Code);
    }

    [Theory]
    [InlineData("* BYE too busy", "mail.unreachable")]
    [InlineData("220 this is SMTP", "mail.unreachable")]
    [InlineData("* OK ready|* CAPABILITY IMAP4rev1\r\nTAG OK|TAG NO no <maria@x.example>", "mail.sign-in-refused")]
    public async Task Imap_ServerRefuses_IsToldByCode(string answers, string code)
    {
        using var server = new ScriptedServer(answers);

        var failure = await Assert.ThrowsAsync<MailException>(() => ImapSession.OpenAsync(new("127.0.0.1", server.Port, MailSecurity.None, "maria", "secret-word"), new(), TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.Equal(code, failure.Code);
        Assert.DoesNotContain("maria", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", Server, 1, true, "mail.refused-554")] // all is well with the certificate
    [InlineData("localhost", Server, 1, false, "mail.tls-refused")] // nobody knows who signed it
    [InlineData("other.example", Server, 1, true, "mail.tls-refused")]
    [InlineData("localhost", Server, -1, true, "mail.tls-refused")] // out of date
    [InlineData("localhost", Client, 1, true, "mail.tls-refused")] // for another purpose
    public async Task Tls_Certificate_IsCheckedInEveryPoint(string name, string purpose, int daysLeft, bool isTrusted, string code)
    {
        using var certificate = Certificate(name, purpose, daysLeft);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        using var server = new ScriptedServer("554 go away", certificate);

        var failure = await Assert.ThrowsAsync<MailException>(() => SmtpSession.OpenAsync(new("localhost", server.Port, MailSecurity.Tls, null, null), new() { AuthorityFile = isTrusted ? file : null }, TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.Equal(code, failure.Code);
        File.Delete(file);
    }

    private static X509Certificate2 Certificate(string name, string purpose, int daysLeft)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        var now = TimeProvider.System.GetUtcNow();
        using var signed = request.CreateSelfSigned(now.AddDays(-9), now.AddDays(daysLeft));
        return X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Says its answers in their order (TAG stands for the word that the line began with), one to each line that it hears, and hangs up after the last.</summary>
    private sealed class ScriptedServer : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly StringBuilder heard = new();

        public ScriptedServer(string answers, X509Certificate2? certificate = null)
        {
            listener.Start();
            _ = AnswerAsync(answers.Split('|'), certificate);
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public string Heard => heard.ToString();

        public void Dispose() => listener.Dispose();

        private async Task AnswerAsync(string[] answers, X509Certificate2? certificate)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync();
                await using var secure = certificate is null ? null : new SslStream(client.GetStream());
                await (secure?.AuthenticateAsServerAsync(certificate!) ?? Task.CompletedTask);
                using var reader = new StreamReader((Stream?)secure ?? client.GetStream(), Encoding.UTF8);
                var line = "";
                for (var i = 0; i < answers.Length; i++)
                {
                    while (i > 0 && line is not null)
                    {
                        line = await reader.ReadLineAsync();
                        heard.AppendLine(line);
                        if (!answers[i - 1].StartsWith("354", StringComparison.Ordinal) || line == ".")
                        {
                            break;
                        }
                    }

                    await reader.BaseStream.WriteAsync(Encoding.ASCII.GetBytes(answers[i].Length == 0 ? "" : answers[i].Replace("TAG", line?.Split(' ')[0], StringComparison.Ordinal) + "\r\n"));
                }

                if (answers[^1].StartsWith("354", StringComparison.Ordinal))
                {
                    await reader.ReadLineAsync();
                }
            }
            catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
            {
                // The client has gone, or does not trust the server: that is what is tested.
            }
        }
    }
}
