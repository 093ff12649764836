using Crm.Plugin.Features.Mail;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>Strangers' HTML, made harmless or made text.</summary>
public sealed class HtmlCleanTests
{
    [Theory]
    [InlineData("<p onclick=alert(1)>a<script>alert(1)</script></p>", "<p>a</p>")]
    [InlineData("<a href='javascript:alert(1)'>x</a>", "<a>x</a>")]
    [InlineData("<a href=' https://x.example/?a=1&b=\"2\"'>x</a>", "<a href=\"https://x.example/?a=1&amp;b=%222%22\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">x</a>")]
    [InlineData("<img src=https://track.example/1.gif alt='Logo <b>'>", "[Logo &lt;b&gt;]")]
    [InlineData("<svg><script>alert(1)</script></svg>b", "b")]
    [InlineData("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></mtext></math>c", "c")]
    [InlineData("<div style='position:fixed'><form action=/sign-out method=post><button>x</button></form>d</div>", "<div>d</div>")]
    [InlineData("<custom-tag><b>e</b></custom-tag>", "<b>e</b>")]
    [InlineData("<td colspan=3 rowspan=x>f", "f")]
    [InlineData("<table><tr><td colspan=3 rowspan=99999>g</table>", "<table><tbody><tr><td colspan=\"3\">g</td></tr></tbody></table>")]
    public void Clean_StrangersHtml_IsHarmless(string html, string expected) => Assert.Equal(expected, HtmlClean.Clean(html));

    [Fact]
    public void Text_OfHtml_KeepsLines() => Assert.Equal("Hello Maria\none\ntwo", HtmlClean.Text("<html><head><title>t</title></head><body><p>Hello\n <b>Maria</b></p><ul><li>one</li><li>two</li></ul><style>p{}</style>"));
}
