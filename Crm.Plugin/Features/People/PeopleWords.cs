using Crm.Contracts;

namespace Crm.Plugin.Features.People;

/// <summary>English texts of listed values, the keys of their translations.</summary>
public static class PeopleWords
{
    public static string Of(ContactChannel channel) => channel switch
    {
        ContactChannel.Phone => "by phone",
        ContactChannel.Email => "by e-mail",
        ContactChannel.Message => "by message",
        ContactChannel.Meeting => "in person",
        _ => "by letter",
    };

    public static string Of(ContactMechanismKind kind) => kind switch
    {
        ContactMechanismKind.Phone => "Phone",
        ContactMechanismKind.Email => "E-mail",
        ContactMechanismKind.Website => "Web site",
        ContactMechanismKind.Fax => "Fax",
        _ => "Messenger or other",
    };

    public static string Of(MechanismFate fate) => fate switch
    {
        MechanismFate.Waiting => "on its way to the ERP",
        MechanismFate.Written => "in the ERP",
        MechanismFate.Refused => "refused by the ERP",
        _ => "the CRM's own",
    };
}
