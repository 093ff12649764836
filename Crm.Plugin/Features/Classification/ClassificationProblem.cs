using System.Globalization;

namespace Crm.Plugin.Features.Classification;

/// <summary>Something about a run that its author must know or repair.</summary>
/// <param name="Code">Stable, such as <c>classification.shares-sum</c>; screens look their own words up by it.</param>
/// <param name="English">One sentence with the figures filled in; names no customer.</param>
/// <param name="Figures">The figures of the sentence, in order, for the words of another language.</param>
public sealed record ClassificationProblem(string Code, string English, IReadOnlyList<string> Figures)
{
    /// <summary>Fills figures into an English sentence with the invariant culture.</summary>
    internal static ClassificationProblem Of(string code, string format, params object[] figures)
    {
        var texts = figures.Select(f => Convert.ToString(f, CultureInfo.InvariantCulture) ?? "").ToArray();
        return new(code, string.Format(CultureInfo.InvariantCulture, format, texts), texts);
    }
}

/// <summary>A run or its approval was refused; nothing was written.</summary>
public sealed class ClassificationRefusedException : Exception
{
    /// <summary>Refuses for one reason.</summary>
    public ClassificationRefusedException(ClassificationProblem problem)
        : this([problem])
    {
    }

    /// <summary>Refuses for several reasons.</summary>
    /// <param name="problems">Not empty.</param>
    public ClassificationRefusedException(IReadOnlyList<ClassificationProblem> problems)
        : base(string.Join(" ", problems.Select(p => p.English)))
    {
        Problems = problems;
    }

    /// <summary>Why; not empty.</summary>
    public IReadOnlyList<ClassificationProblem> Problems { get; }
}
