using Crm.Contracts;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Sending;
using Crm.Tests.App;
using Crm.Tests.Mirror;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Crm.Tests.Features.People;

/// <summary>An ERP that lets its contact mechanisms be changed, as badly as it is told to, and what the card shows of them.</summary>
internal static class MechanismNoteWorld
{
    public static readonly DateTimeOffset Noon = new(2031, 3, 10, 8, 0, 0, TimeSpan.Zero);

    public static Counterparty Of(string key, IReadOnlyList<ContactMechanism> mechanisms, string version = "1") => Some.Counterparty(key, "ООО Ромашка " + key, version) with { Mechanisms = mechanisms };

    /// <summary>What the card shows of each of the ERP's, in its order: its own, then its persons'.</summary>
    public static async Task<List<string>> ShownAsync(WebBrowser browser, long id) =>
        [.. (await browser.OpenAsync($"/counterparties/{id}")).QuerySelectorAll(".crm-mechanism > span")
            .Select(s => string.Join(' ', s.QuerySelectorAll("a, span, i, .badge").Where(e => e.ParentElement == s).Select(e => e.GetAttribute("aria-label") ?? e.TextContent.Trim())))];

    public static async Task<int> SendAsync(CrmApp app, TimeProvider clock, Editor? editor)
    {
        await using var database = app.Database();
        return await new MechanismNoteOutbox(database, new(database, (_, _) => Task.FromResult<IHost>(new Erp(editor)), clock, NullLogger<HostSender>.Instance), clock).RunAsync(TestContext.Current.CancellationToken);
    }

    public sealed class Erp(Editor? editor) : IHost
    {
        public TPort? Find<TPort>() where TPort : class => editor as TPort;

        public Task<IReadOnlyList<HostCheck>> CheckAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<HostCheck>>([]);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    public sealed class Editor : IContactMechanismEditor, IContactMechanismWriter
    {
        public HostException? Failure { get; set; }

        /// <summary>It is changed although the answer is a failure.</summary>
        public bool IsMade { get; set; }

        public List<(ContactMechanismChange Change, Guid Key)> Asked { get; } = [];

        public List<NewContactMechanism> Added { get; } = [];

        public Task<Written> ChangeAsync(ContactMechanismChange change, Guid idempotencyKey, CancellationToken cancellation)
        {
            Asked.Add((change, idempotencyKey));
            return Failure is null ? Task.FromResult(new Written(new("m1"), null, IsMade)) : throw Failure;
        }

        public Task<Written> AddAsync(NewContactMechanism record, Guid idempotencyKey, CancellationToken cancellation)
        {
            Added.Add(record);
            return Task.FromResult(new Written(new("m2"), null, false));
        }
    }
}
