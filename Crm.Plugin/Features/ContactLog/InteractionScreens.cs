using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Puts the screen of one interaction together.</summary>
internal sealed class InteractionScreens(InteractionStore store, InteractionChoices choices, InteractionSides sides, TimeProvider clock)
{
    public InteractionStore Store => store;

    public TimeProvider Clock => clock;

    /// <param name="id">Unknown or out of reach: not found.</param>
    /// <param name="typed">A refused form, to be shown as it was sent; null shows what is stored.</param>
    /// <param name="refusals">Why it was refused.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IResult> PageAsync(long id, InteractionForm? typed, IReadOnlyList<Refusal> refusals, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { } stored || await store.FindEntryAsync(id, cancellation) is not { } entry)
        {
            return TypedResults.NotFound();
        }

        return Screen.Of<InteractionPage>(new
        {
            Stored = stored,
            Entry = entry,
            Typed = typed,
            Offer = await choices.OfferAsync(stored.CounterpartyId, null, cancellation),
            Side = await sides.ReadAsync(stored, cancellation),
            Refusals = refusals,
        });
    }
}
