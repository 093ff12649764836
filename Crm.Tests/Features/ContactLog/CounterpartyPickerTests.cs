using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.ContactLog;

/// <summary>The form's counterparty is found as the list finds it.</summary>
public sealed class CounterpartyPickerTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Find_FragmentOfAnyField_OffersLivingCounterpartiesOnce(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(
            Some.Counterparty("1", "ООО «Ромашка»", phone: "+7 (495) 123-45-67", email: "info@romashka.example") with { TaxId = "7707083893" },
            Some.Counterparty("2", "Ромашковый луг"),
            Some.Counterparty("3", "Öl Handel"));
        host.Persons.Put(Some.Person("p1", "3", "Ромашкина Ольга"));
        await app.MirrorAsync(host);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        foreach (var (typed, expected) in new (string, string[])[]
        {
            ("ромаш", ["Ромашковый луг", "ООО «Ромашка»", "Öl Handel"]), // begins with it, holds it, has a contact person who does
            ("АШКА", ["ООО «Ромашка»"]),
            ("123-45", ["ООО «Ромашка»"]),
            ("romashka.ex", ["ООО «Ромашка»"]),
            ("770708", ["ООО «Ромашка»"]),
            ("C-3", ["Öl Handel"]),
            ("р", []),
            ("%%", []),
        })
        {
            var part = await browser.PartAsync("/interactions/counterparties?find=" + Uri.EscapeDataString(typed));
            Assert.Equal((typed, string.Join(" | ", expected)), (typed, string.Join(" | ", part.QuerySelectorAll("label").Select(l => l.TextContent.Trim()))));
        }
    }
}
