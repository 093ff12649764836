namespace Crm.Contracts;

/// <summary>What became of a record that the ERP was asked to create.</summary>
/// <param name="Key">The ERP's identifier of it.</param>
/// <param name="Number">The number people know it by, if it has one already.</param>
/// <param name="WasThere">True when an earlier try with the same idempotency key had made it.</param>
public sealed record Written(HostKey Key, string? Number, bool WasThere);

/// <summary>A counterparty to create.</summary>
/// <param name="Name">Never empty.</param>
/// <param name="TaxId">Tax number; checked by the ERP.</param>
/// <param name="Roles">In which roles.</param>
/// <param name="Mechanisms">Phones, e-mails.</param>
/// <param name="Address">Postal address.</param>
public sealed record NewCounterparty(
    string Name, string? TaxId, CounterpartyRoles Roles, IReadOnlyList<ContactMechanism> Mechanisms, PostalAddress? Address);

/// <summary>A contact person to create.</summary>
/// <param name="Counterparty">Whom the person speaks for.</param>
/// <param name="Name">Never empty.</param>
/// <param name="Position">Job title.</param>
/// <param name="Mechanisms">Phones, e-mails.</param>
public sealed record NewContactPerson(HostKey Counterparty, string Name, string? Position, IReadOnlyList<ContactMechanism> Mechanisms);

/// <summary>A quotation to create.</summary>
/// <param name="Counterparty">Who shall buy.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="PromisedOn">The day promised to the customer.</param>
/// <param name="Lines">Not empty.</param>
public sealed record NewSalesOrder(HostKey Counterparty, string Currency, DateOnly? PromisedOn, IReadOnlyList<NewSalesOrderLine> Lines);

/// <summary>One line of a quotation to create.</summary>
/// <param name="Product">What is sold.</param>
/// <param name="Quantity">In the product's unit; positive.</param>
/// <param name="Price">Of one unit without tax.</param>
public sealed record NewSalesOrderLine(HostKey Product, decimal Quantity, decimal Price);

/// <summary>Creates counterparties in the ERP.</summary>
public interface ICounterpartyWriter
{
    /// <summary>Creates one, or finds the one that the same key made before.</summary>
    /// <param name="record">What to create.</param>
    /// <param name="idempotencyKey">Kept in the ERP where it has a field for it.</param>
    /// <param name="cancellation">Cancelled or broken off: ask again with the same key.</param>
    /// <exception cref="HostException">Nothing was created, or it is not known: ask again with the same key.</exception>
    Task<Written> CreateAsync(NewCounterparty record, Guid idempotencyKey, CancellationToken cancellation);
}

/// <summary>Creates contact persons in the ERP.</summary>
public interface IContactPersonWriter
{
    /// <inheritdoc cref="ICounterpartyWriter.CreateAsync"/>
    Task<Written> CreateAsync(NewContactPerson record, Guid idempotencyKey, CancellationToken cancellation);
}

/// <summary>Creates and cancels sales orders in the ERP.</summary>
public interface ISalesOrderWriter
{
    /// <inheritdoc cref="ICounterpartyWriter.CreateAsync"/>
    Task<Written> CreateAsync(NewSalesOrder record, Guid idempotencyKey, CancellationToken cancellation);

    /// <summary>Cancels an order.</summary>
    /// <returns>The state read back after asking: an ERP may answer yes and do nothing.</returns>
    /// <exception cref="HostException">Every failure.</exception>
    Task<OrderState> CancelAsync(HostKey order, string reason, CancellationToken cancellation);
}

/// <summary>A contact mechanism to add to a counterparty or to one of its contact persons.</summary>
/// <param name="Counterparty">Whose it is, or whom the person speaks for.</param>
/// <param name="Person">The contact person whose it is; null when it is the counterparty's own.</param>
/// <param name="Mechanism">What to add.</param>
public sealed record NewContactMechanism(HostKey Counterparty, HostKey? Person, ContactMechanism Mechanism)
{
    /// <summary>True: it shall be the main one of its kind, where the ERP has an order; an ERP without one takes it all the same.</summary>
    public bool IsMain { get; init; }
}

/// <summary>What to change of a contact mechanism that the ERP has.</summary>
/// <param name="Counterparty">Whose it is, or whom the person speaks for.</param>
/// <param name="Person">The contact person whose it is; null when it is the counterparty's own.</param>
/// <param name="Kind">With <paramref name="Value"/>: which one.</param>
/// <param name="Value">As it was read; never empty.</param>
/// <param name="Label">What to call it; null leaves it, "" takes it away.</param>
/// <param name="IsMain">True: it shall be the main one of its kind; false leaves the order.</param>
public sealed record ContactMechanismChange(HostKey Counterparty, HostKey? Person, ContactMechanismKind Kind, string Value, string? Label, bool IsMain);

/// <summary>Adds contact mechanisms in the ERP. Optional: without it they stay the plugin's own.</summary>
public interface IContactMechanismWriter
{
    /// <summary>Adds one, or finds the one that the same key, or anybody else, made before: two mechanisms of one kind and value are one.</summary>
    /// <inheritdoc cref="ICounterpartyWriter.CreateAsync"/>
    Task<Written> AddAsync(NewContactMechanism record, Guid idempotencyKey, CancellationToken cancellation);
}

/// <summary>Changes contact mechanisms that the ERP has. Optional: without it the change stays the plugin's own note.</summary>
public interface IContactMechanismEditor
{
    /// <summary>Changes one, or finds that it is so already.</summary>
    /// <param name="change">What to change.</param>
    /// <param name="idempotencyKey">The same in every try of one change.</param>
    /// <param name="cancellation">Cancelled or broken off: ask again with the same key.</param>
    /// <returns>The mechanism; <see cref="Written.WasThere"/> when nothing had to be changed.</returns>
    /// <exception cref="HostException">Nothing was changed, or it is not known: ask again with the same key. Refused when the ERP has no such mechanism.</exception>
    Task<Written> ChangeAsync(ContactMechanismChange change, Guid idempotencyKey, CancellationToken cancellation);
}
