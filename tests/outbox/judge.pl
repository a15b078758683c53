# What others think of our mail, with no word to the outside: SpamAssassin by its local rules, and Mail::DKIM.
# Usage: perl judge.pl RECORD FILE...; RECORD is the TXT record of the key. A line a file: score, signature, rules.
use strict;
use warnings;
use Mail::DKIM::DNS;
use Mail::DKIM::Verifier;
use Mail::SpamAssassin;
use Net::DNS;

my $record = shift @ARGV;

package OneRecord {
    sub new { return bless {}, shift }

    sub query {
        my ( undef, $name ) = @_;
        my $packet = Net::DNS::Packet->new( $name, "TXT" );
        my @words  = $record =~ /(.{1,250})/g;
        $packet->push( answer => Net::DNS::RR->new( name => $name, type => "TXT", txtdata => \@words ) );
        return $packet;
    }
    sub bgsend      { return query(@_) }
    sub bgread      { return $_[1] }
    sub errorstring { return "NOERROR" }
    sub AUTOLOAD    { return query(@_) if our $AUTOLOAD =~ /::send$/; return 0 }
    sub DESTROY     { }
}

Mail::DKIM::DNS::resolver( OneRecord->new );
my $judge = Mail::SpamAssassin->new(
    { local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => "/dev/null", post_config_text => "use_bayes 0\n" } );
for my $name (@ARGV) {
    open my $file, "<:raw", $name or die "$name: $!";
    my $letter = do { local $/; <$file> };
    my $verifier = Mail::DKIM::Verifier->new;
    $verifier->PRINT($letter);
    $verifier->CLOSE;
    my $mail   = $judge->parse($letter);
    my $status = $judge->check($mail);
    printf "%s\t%.1f\t%s\t%s\n", $name, $status->get_score, $verifier->result, $status->get_names_of_tests_hit;
    $status->finish;
    $mail->finish;
}
