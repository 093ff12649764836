using System.Reflection;
using System.Runtime.CompilerServices;

namespace Crm.Tests.Architecture;

/// <summary>A readable listing of what an assembly shows to others. What the compiler adds to records is left out.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static List<string> Of(Assembly assembly) =>
        [.. assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal).SelectMany(Describe)];

    private static IEnumerable<string> Describe(Type type)
    {
        yield return Head(type);
        foreach (var member in Members(type).Order(StringComparer.Ordinal))
        {
            yield return "    " + member;
        }
    }

    private static string Head(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        if (type.GetMethod("PrintMembers", Declared) is not null)
        {
            kind = "record " + kind;
        }

        var parents = type.IsEnum ? [] : type.GetInterfaces()
            .Where(i => !i.IsGenericType || i.GetGenericTypeDefinition() != typeof(IEquatable<>))
            .Select(Name).Order(StringComparer.Ordinal).ToList();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum))
        {
            parents.Insert(0, Name(parent));
        }

        return $"{kind} {type.Namespace}.{Name(type)}{(parents.Count == 0 ? "" : " : " + string.Join(", ", parents))}{Limits(type.GetGenericArguments())}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(n => $"{n} = {Convert.ToInt64(Enum.Parse(type, n), System.Globalization.CultureInfo.InvariantCulture):D}");
        }

        var constructors = type.GetConstructors(Declared).Where(c => IsSeen(c) && !c.IsDefined(typeof(CompilerGeneratedAttribute)))
            .Select(c => $".ctor({Parameters(c)})");
        var fields = type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily).Select(f => $"{(f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}");
        var properties = type.GetProperties(Declared).Where(p => p.GetMethod is { } get && IsSeen(get) && p.Name != "EqualityContract").Select(Property);
        var methods = type.GetMethods(Declared)
            .Where(m => IsSeen(m) && !m.IsSpecialName && !m.IsDefined(typeof(CompilerGeneratedAttribute)) && m.Name != "PrintMembers")
            .Select(m => $"{(m.IsStatic ? "static " : "")}{Name(m.ReturnType)} {m.Name}{Arguments(m.GetGenericArguments())}({Parameters(m)}){Limits(m.GetGenericArguments())}");
        return [.. constructors, .. fields, .. properties, .. methods];
    }

    private static string Property(PropertyInfo property)
    {
        var isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        var set = property.SetMethod is { } setter && IsSeen(setter) ? (isInit ? " init;" : " set;") : "";
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        return $"{required}{Name(property.PropertyType)} {property.Name} {{ get;{set} }}";
    }

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        $"{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? $" = {p.DefaultValue ?? "default"}" : "")}"));

    private static string Arguments(Type[] arguments) => arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(Name))}>";

    private static string Limits(Type[] arguments) => string.Concat(arguments.Where(a => a.IsGenericParameter).Select(a =>
    {
        var limits = a.GetGenericParameterConstraints().Select(Name).ToList();
        if (a.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            limits.Insert(0, "class");
        }

        return limits.Count == 0 ? "" : $" where {a.Name} : {string.Join(", ", limits)}";
    }));

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Name(inner) + "?";
        }

        return type.IsGenericType ? type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)] + Arguments(type.GetGenericArguments())
            : type.IsArray ? Name(type.GetElementType()!) + "[]"
            : type.Name;
    }
}
